import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { drydock, type Running, startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { type JournalMode, journalModes, productionDatabase, revisionFolder, sqlRevision } from '../harness/files.ts';
import {
  assertContent,
  assertEngineLost,
  assertTidy,
  commandLine,
  contentAsLeft,
  downgradeOfProduction,
  finishStory,
  gone,
  killAndFinish,
  killAt,
  killPoints,
  type Staging,
  type Story,
  snapshotsOf,
  stage,
  upgradeOfProduction,
  type Victim,
} from './helpers-kill.ts';
import { assertRefusal } from './helpers-refusal.ts';

/** One kill for each place, everybody dying somewhere in either journal mode. All of them: test/long/kill-matrix.test.ts. */
const chosen: readonly [at: string, victim: Victim, mode: JournalMode][] = [
  ['phase:lock', 'supervisor', 'delete'],
  ['phase:hold', 'both', 'wal'],
  ['phase:snapshot', 'engine', 'delete'],
  ['engine:copied', 'both', 'delete'],
  ['phase:inspect', 'supervisor', 'wal'],
  ['engine:step:2', 'both', 'delete'],
  ['engine:step:2', 'engine', 'wal'],
  ['phase:check', 'supervisor', 'delete'],
  ['phase:commit', 'engine', 'delete'],
  ['phase:commit', 'supervisor', 'wal'],
  ['engine:before-commit', 'supervisor', 'delete'],
  ['engine:before-commit', 'both', 'wal'],
  ['engine:after-commit', 'engine', 'delete'],
  ['engine:after-commit', 'both', 'wal'],
  ['phase:verify', 'engine', 'wal'],
  ['phase:verify', 'both', 'delete'],
];

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

describe('kills of an upgrade', { concurrency: 2 }, () => {
  for (const [at, victim, mode] of chosen) {
    test(`all or nothing: SIGKILL of ${victim} at ${at} (${mode})`, async (t) => {
      const point = killPoints.find((known) => known.at === at);
      assert.ok(point !== undefined);
      await killAndFinish(await stage(t, upgradeOfProduction, mode), { ...point, victim });
    });
  }

  for (const mode of journalModes) {
    test(`all or nothing: SIGKILL of both when uncommitted pages are in the live file (${mode})`, async (t) => {
      const story = await stage(t, spillingUpgrade, mode);
      await killAt(commandLine(story), 'engine:step:1', 'both');
      if (mode === 'delete') assertHotJournal(story.database);
      assertContent(contentAsLeft(story.database), story, 'old');
      await finishStory(story);
    });
  }

  test('all or nothing: SIGKILL of the supervisor ends an engine that is busy with a statement (delete)', async (t) => {
    const story = await stage(t, withOneStatement, 'delete');
    const run = await slowly(story);
    const engine = await run.enginePid();
    run.process.kill('SIGKILL');
    await run.finished;
    await gone(engine);
    assertContent(contentAsLeft(story.database), story, 'old');
    await finishStory(story);
  });

  test('all or nothing: SIGKILL of an engine that is busy with a statement (wal)', async (t) => {
    const story = await stage(t, withOneStatement, 'wal');
    const run = await slowly(story);
    process.kill(await run.enginePid(), 'SIGKILL');
    assertEngineLost(await run.finished, 'old');
    assertContent(contentAsLeft(story.database), story, 'old');
    assertTidy(story.database);
    await finishStory(story);
  });

  test('honest exit: SIGTERM ends a run in the middle of a statement (delete)', async (t) => {
    const story = await stage(t, withOneStatement, 'delete');
    const run = await slowly(story);
    run.process.kill('SIGTERM');
    assertRefusal(await run.finished, 23, /stopped by SIGTERM/, /database is unchanged/);
    assertContent(dumpWithVersion(story.database), story, 'old');
    assertTidy(story.database);
    await finishStory(story);
  });

  test('all or nothing: SIGKILL of a downgrade at engine:step:2 (delete)', async (t) => {
    const story = await stage(t, downgradeOfProduction, 'delete');
    await killAndFinish(story, { at: 'engine:step:2', content: 'old', victim: 'both' });
  });

  test('all or nothing: SIGKILL of the run, of its recovery, and of the run after it (delete)', async (t) => {
    const story = await stage(t, upgradeOfProduction, 'delete');
    for (const at of ['engine:before-commit', 'phase:recover', 'engine:copied', 'phase:recover', 'engine:step:2']) {
      await killAt(commandLine(story), at, 'both');
      assertContent(contentAsLeft(story.database), story, 'old');
    }
    assert.equal(snapshotsOf(story.database).length, 1, 'a crash loop stores the same state once');
    const { stdout } = await finishStory(story);
    assert.match(stdout, /^Recovered first: run .*interrupted while working/m);
  });

  test('all or nothing: SIGKILL after the commit, and of the recovery that would verify it (wal)', async (t) => {
    const story = await stage(t, upgradeOfProduction, 'wal');
    await killAt(commandLine(story), 'engine:after-commit', 'both');
    await killAt(commandLine(story), 'phase:recover', 'supervisor');
    assertContent(contentAsLeft(story.database), story, 'new');
    const { stdout } = await finishStory(story);
    assert.match(stdout, /^Recovered first: run .*interrupted while committing.*That run had committed/m);
    assert.match((await drydock(commandLine(story))).stdout, /^Nothing is pending/);
    assertContent(dumpWithVersion(story.database), story, 'new');
  });
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
