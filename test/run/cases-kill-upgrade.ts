/** Kills and signals in every place of an upgrade, and in a downgrade. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { drydock, type Running, startDrydock } from '../harness/drydock.ts';
import { contentAsLeft, dumpWithVersion } from '../harness/dump.ts';
import { type JournalMode, productionDatabase, revisionFolder, sqlRevision } from '../harness/files.ts';
import {
  type Attack,
  assertContent,
  assertEngineLost,
  assertTidy,
  commandLine,
  downgradeOfProduction,
  finishStory,
  gone,
  killAndFinish,
  killAt,
  killPoints,
  kills,
  type Staging,
  type Story,
  signalAndFinish,
  signalPoints,
  snapshotsOf,
  stage,
  upgradeOfProduction,
} from '../harness/kill.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { nothingPending } from '../harness/sentences.ts';

/** A revision that fills so little of a cache that its pages are in the live file long before the commit. */
const spillingUpgrade: Staging = async (folder, mode) => ({
  database: productionDatabase(folder, mode),
  command: ['upgrade'],
  migrations: revisionFolder(folder, {
    '002.sql': sqlRevision('002_weighted_sentiment', undefined, 'SELECT 1;'),
    '003.sql': sqlRevision(
      '003_spill',
      '002_weighted_sentiment',
      `PRAGMA cache_size = 2;
       UPDATE comments SET comment_text = comment_text || ' and more';`,
    ),
    '004.sql': sqlRevision('004_last', '003_spill', 'CREATE TABLE last (id INTEGER PRIMARY KEY);'),
  }),
});

/** The statement that `slowly` makes endless. */
const fill = 'UPDATE comments SET likes = 1 WHERE likes IS NULL';
const withOneStatement: Staging = async (folder, mode) => ({
  database: productionDatabase(folder, mode),
  command: ['upgrade'],
  migrations: revisionFolder(folder, {
    '002.sql': sqlRevision('002_weighted_sentiment', undefined, 'SELECT 1;'),
    '003.ts': fillingModule(`op.execute(${JSON.stringify(fill)});`),
  }),
});

function fillingModule(fillIt: string): string {
  return `
    import { writeFileSync } from 'node:fs';
    export const revision = '003_fill';
    export const revises = '002_weighted_sentiment';
    export function upgrade(op) {
      op.addColumn('comments', op.column.text('note'));
      ${fillIt}
    }
    export function downgrade(op) {}
  `;
}

/** Starts an upgrade, and comes back when it is in the middle of a statement that will not end. */
async function slowly(story: Story): Promise<Running> {
  const path = join(story.migrations, '003.ts');
  const quick = readFileSync(path);
  const marker = join(story.migrations, 'running');
  const endless = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n';
  writeFileSync(
    path,
    fillingModule(`writeFileSync(${JSON.stringify(marker)}, ''); op.execute(${JSON.stringify(endless)});`),
  );
  const run = startDrydock(commandLine(story));
  while (!existsSync(marker)) {
    assert.equal(run.process.exitCode, null, 'the run ended early');
    await setTimeout(5);
  }
  writeFileSync(path, quick);
  return run;
}

function assertHotJournal(database: string): void {
  assert.ok(statSync(`${database}-journal`).size > 0, 'SQLite left a journal to roll back with');
}

/** Those that are part of `npm test`: each stage once, everybody dying somewhere, in either journal mode. */
const quickKills: Readonly<Record<string, JournalMode>> = {
  'both engine:copied': 'delete',
  'engine engine:step:2': 'wal',
  'supervisor engine:before-commit': 'delete',
  'engine engine:after-commit': 'delete',
};

export const killAttacks: readonly Attack[] = kills.map((kill) => {
  const quick = quickKills[`${kill.victim} ${kill.at}`];
  return {
    name: `all or nothing: SIGKILL of ${kill.victim} at ${kill.at} of an upgrade`,
    ...(quick !== undefined && { quick }),
    run: async (t, mode) => killAndFinish(await stage(t, upgradeOfProduction, mode), kill),
  };
});

/** A downgrade goes the same way: where it changes something, and where that is committed. */
const downgradePoints = /^engine:|^phase:(inspect|commit|verify)$/;

export const downgradeAttacks: readonly Attack[] = killPoints
  .filter(({ at }) => downgradePoints.test(at))
  .map((point, index) => ({
    name: `all or nothing: SIGKILL of both at ${point.at} of a downgrade`,
    modes: [index % 2 === 0 ? 'delete' : 'wal'],
    run: async (t, mode) => killAndFinish(await stage(t, downgradeOfProduction, mode), { ...point, victim: 'both' }),
  }));

const quickSignals: Readonly<Record<string, JournalMode>> = {
  'phase:hold': 'wal',
  'engine:step:2': 'delete',
  'engine:before-commit': 'wal',
};

export const signalAttacks: readonly Attack[] = signalPoints.map((point, index) => {
  const quick = quickSignals[point.at];
  const signal = index % 2 === 0 ? 'SIGTERM' : 'SIGINT';
  return {
    name: `honest exit: ${signal} at ${point.at}`,
    ...(quick !== undefined && { quick }),
    modes: [quick ?? (index % 4 < 2 ? 'delete' : 'wal')],
    run: async (t, mode) => signalAndFinish(await stage(t, upgradeOfProduction, mode), { ...point, signal }),
  };
});

export const upgradeAttacks: readonly Attack[] = [
  {
    name: 'all or nothing: SIGKILL of both when uncommitted pages are in the live file',
    quick: 'delete',
    run: async (t, mode) => {
      const story = await stage(t, spillingUpgrade, mode);
      await killAt(commandLine(story), 'engine:step:1', 'both');
      if (mode === 'delete') assertHotJournal(story.database);
      assertContent(contentAsLeft(story.database), story, 'old');
      await finishStory(story);
    },
  },
  {
    name: 'all or nothing: SIGKILL of the supervisor ends an engine that is busy with a statement',
    quick: 'delete',
    run: async (t, mode) => {
      const story = await stage(t, withOneStatement, mode);
      const run = await slowly(story);
      const engine = await run.enginePid();
      run.process.kill('SIGKILL');
      await run.finished;
      await gone(engine);
      assertContent(contentAsLeft(story.database), story, 'old');
      await finishStory(story);
    },
  },
  {
    name: 'all or nothing: SIGKILL of an engine that is busy with a statement',
    run: async (t, mode) => {
      const story = await stage(t, withOneStatement, mode);
      const run = await slowly(story);
      process.kill(await run.enginePid(), 'SIGKILL');
      assertEngineLost(await run.finished, 'proven');
      assertContent(contentAsLeft(story.database), story, 'old');
      assertTidy(story.database);
      await finishStory(story);
    },
  },
  {
    name: 'honest exit: SIGTERM ends a run in the middle of a statement',
    quick: 'wal',
    run: async (t, mode) => {
      const story = await stage(t, withOneStatement, mode);
      const run = await slowly(story);
      run.process.kill('SIGTERM');
      assertRefusal(await run.finished, 23, /stopped by SIGTERM/, /database is unchanged/);
      assertContent(dumpWithVersion(story.database), story, 'old');
      assertTidy(story.database);
      await finishStory(story);
    },
  },
  {
    name: 'all or nothing: SIGKILL of the run, of its recovery, and of the run after it',
    quick: 'delete',
    run: async (t, mode) => {
      const story = await stage(t, upgradeOfProduction, mode);
      for (const at of ['engine:before-commit', 'phase:recover', 'engine:step:2']) {
        await killAt(commandLine(story), at, 'both');
        assertContent(contentAsLeft(story.database), story, 'old');
      }
      assert.equal(snapshotsOf(story.database).length, 1, 'a crash loop stores the same state once');
      const { stdout } = await finishStory(story);
      assert.match(stdout, /^Recovered first: run .*interrupted while working/m);
    },
  },
  {
    name: 'all or nothing: SIGKILL after the commit, and of the recovery that would verify it',
    quick: 'wal',
    run: async (t, mode) => {
      const story = await stage(t, upgradeOfProduction, mode);
      await killAt(commandLine(story), 'engine:after-commit', 'both');
      await killAt(commandLine(story), 'phase:recover', 'supervisor');
      assertContent(contentAsLeft(story.database), story, 'new');
      const { stdout } = await finishStory(story);
      assert.match(stdout, /^Recovered first: run .*interrupted while committing.*That run had committed/m);
      assert.match((await drydock(commandLine(story))).stdout, nothingPending);
      assertContent(dumpWithVersion(story.database), story, 'new');
    },
  },
];
