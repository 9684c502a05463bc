/** Revisions with `transaction: false` that change no content: they run after the commit, or in the next run. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { drydock, startDrydock } from '../harness/drydock.ts';
import { contentAsLeft, dump } from '../harness/dump.ts';
import {
  type Attack,
  assertContent,
  assertDone,
  assertTidy,
  commandLine,
  finishStory,
  historyOf,
  killAt,
  type Story,
  signalAt,
  stage,
  victims,
} from '../harness/kill.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { allElseCommitted } from '../harness/sentences.ts';
import { type OtherProcess, otherProcess } from '../harness/writer.ts';
import { maintenance, mixed, noTransaction, pragma } from './helpers-no-transaction.ts';

const vacuum = maintenance('VACUUM;');
const deferred = ['up 003_maintenance deferred'];

/** All else is committed and sound, and the revision that changes no content is left for the next run. */
function assertDeferred(story: Story): void {
  assertContent(contentAsLeft(story.database), story, 'new');
  assert.deepEqual(historyOf(story.database), deferred);
  assertTidy(story.database);
}

const pageSizeAndBackToWal = maintenance(
  'PRAGMA journal_mode = DELETE; PRAGMA page_size = 8192; VACUUM; PRAGMA journal_mode = WAL;',
);

/** Another process in the middle of a read transaction. */
async function readerOf(t: TestContext, { database }: Story): Promise<OtherProcess> {
  const reader = await otherProcess(database, 0);
  t.after(() => reader.end());
  await reader.run('BEGIN');
  await reader.run('SELECT count(*) FROM comments');
  return reader;
}

const sqls = ['VACUUM;', 'PRAGMA journal_mode = WAL;', 'PRAGMA journal_mode = DELETE;'];
const killAttacks: readonly Attack[] = ['phase:maintain', 'engine:maintain'].flatMap((at, index) =>
  victims.map((victim, turn) => {
    const sql = sqls[(index + turn) % sqls.length] ?? 'VACUUM;';
    return {
      name: `all or nothing: SIGKILL of ${victim} at ${at} leaves ${sql} for the next run`,
      ...(at === 'engine:maintain' && victim === 'engine' && { quick: 'wal' }),
      run: async (t, mode) => {
        const story = await stage(t, maintenance(sql), mode);
        const killed = await killAt(commandLine(story), at, victim);
        assertContent(contentAsLeft(story.database), story, 'new');
        assert.deepEqual(historyOf(story.database), deferred);
        if (victim === 'engine') {
          assertRefusal(killed, 20, /could not be run: the engine process was ended by SIGKILL/, allElseCommitted);
          assertTidy(story.database);
        }
        await finishStory(story);
      },
    };
  }),
);

export const maintenanceAttacks: readonly Attack[] = [
  ...killAttacks,
  {
    name: 'all or nothing: VACUUM, page_size and journal_mode run after the commit',
    quick: 'wal',
    modes: ['wal'],
    run: async (t, mode) => {
      const story = await stage(t, pageSizeAndBackToWal, mode);
      const content = dump(story.database);
      await finishStory(story);
      assert.equal(dump(story.database), content);
      assert.equal(pragma(story.database, 'page_size'), 8192);
      assert.equal(pragma(story.database, 'journal_mode'), 'wal');
    },
  },
  {
    name: 'all or nothing: a list of ordinary revisions with a VACUUM among them',
    run: async (t, mode) => {
      const story = await stage(t, mixed, mode);
      await finishStory(story);
      assert.deepEqual(historyOf(story.database), ['up 003_before done', 'up 005_behind done', 'up 004_vacuum done']);
    },
  },
  {
    name: 'honest exit: a VACUUM waits for a reader, as long as the busy timeout lets it',
    quick: 'delete',
    modes: ['delete'],
    run: async (t, mode) => {
      const story = await stage(t, vacuum, mode);
      const run = startDrydock([...commandLine(story), '--busy-timeout', '60s'], { pauseAt: 'engine:maintain' });
      await run.reached();
      const reader = await readerOf(t, story);
      run.goOn();
      await run.logged(({ waitingFor }) => /maintenance/.test(String(waitingFor)));
      await reader.end();
      assertDone(await run.finished);
      await finishStory(story);
    },
  },
  {
    name: 'honest exit: a VACUUM that a reader keeps waiting is left for the next run',
    modes: ['delete'],
    run: async (t, mode) => {
      const story = await stage(t, vacuum, mode);
      const run = startDrydock([...commandLine(story), '--busy-timeout', '300ms'], { pauseAt: 'engine:maintain' });
      await run.reached();
      const reader = await readerOf(t, story);
      run.goOn();
      const result = await run.finished;
      await reader.end();

      assertRefusal(
        result,
        20,
        /003_maintenance, which changes no content.*locked/,
        allElseCommitted,
        /Run the same command again/,
      );
      assertDeferred(story);
      await finishStory(story);
    },
  },
  {
    name: 'all or nothing: a VACUUM that meets an I/O error is left for the next run',
    run: async (t, mode) => {
      const story = await stage(t, vacuum, mode);
      const run = startDrydock(commandLine(story), { pauseAt: 'engine:maintain' });
      const engine = await run.reached();
      // From here on the kernel refuses every byte that this process writes behind the first 4096 of a file.
      execFileSync('prlimit', ['--pid', String(engine), '--fsize=4096']);
      run.goOn();
      const result = await run.finished;

      assertRefusal(result, 20, /003_maintenance, which changes no content.*(I\/O|full)/, allElseCommitted);
      assertDeferred(story);
      await finishStory(story);
    },
  },
  {
    name: 'honest exit: SIGTERM while a VACUUM is to run leaves it for the next run',
    run: async (t, mode) => {
      const story = await stage(t, vacuum, mode);
      const stopped = await signalAt(commandLine(story), 'engine:maintain', 'SIGTERM');
      assertRefusal(stopped, 23, /003_maintenance.*SIGTERM/, allElseCommitted);
      assertDeferred(story);
      await finishStory(story);
    },
  },
  {
    name: 'honest exit: a downgrade whose VACUUM was hindered is not done until that has run',
    quick: 'delete',
    run: async (t, mode) => {
      const story = await stage(t, maintenance('ANALYZE;', 'VACUUM;'), mode);
      assertDone(await drydock(commandLine(story)));
      const downgrade = { ...story, command: ['downgrade', '002_weighted_sentiment'] };
      await killAt(commandLine(downgrade), 'engine:maintain', 'engine');
      const done = 'up 003_maintenance done';
      assert.deepEqual(historyOf(story.database), [done, 'down 003_maintenance deferred']);
      assertDone(await drydock(commandLine(downgrade)));
      assert.deepEqual(historyOf(story.database), [done, 'down 003_maintenance done']);
    },
  },
  {
    name: 'all or nothing: a VACUUM that was left over is not run twice, nor forgotten by later revisions',
    run: async (t, mode) => {
      const story = await stage(t, vacuum, mode);
      await killAt(commandLine(story), 'engine:maintain', 'both');
      await killAt(commandLine(story), 'engine:maintain', 'both');
      const later = noTransaction('004_later', '003_maintenance', 'CREATE TABLE later (id INTEGER PRIMARY KEY);');
      writeFileSync(join(story.migrations, '004.sql'), later);
      assertDone(await drydock(commandLine(story)));
      assert.deepEqual(historyOf(story.database), ['up 003_maintenance done', 'up 004_later done']);
      assertTidy(story.database);
    },
  },
];
