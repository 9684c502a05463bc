import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import {
  assertContent,
  assertDone,
  commandLine,
  contentAsLeft,
  finishStory,
  historyOf,
  killAndFinish,
  killAt,
  stage,
  victims,
} from '../attacks/helpers-kill.ts';
import { contentWithoutTransaction, maintenance, moduleWithoutTransaction } from '../attacks/helpers-no-transaction.ts';
import { assertRefusal } from '../attacks/helpers-refusal.ts';
import { startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { journalModes } from '../harness/files.ts';
import { otherProcess } from '../harness/writer.ts';

const maintenances = ['VACUUM;', 'PRAGMA journal_mode = WAL;', 'PRAGMA journal_mode = DELETE;'];

describe('every kill of a revision that changes no content', { concurrency: 2 }, () => {
  for (const [index, at] of ['phase:maintain', 'engine:maintain'].entries()) {
    for (const mode of journalModes) {
      for (const [turn, victim] of victims.entries()) {
        const sql = maintenances[(index + turn) % maintenances.length] ?? 'VACUUM;';
        test(`all or nothing: SIGKILL of ${victim} at ${at} of ${sql} (${mode})`, async (t) => {
          const story = await stage(t, maintenance(sql), mode);
          const killed = await killAt(commandLine(story), at, victim);
          if (victim === 'engine') assert.equal(killed.code, 20, killed.stderr);
          assertContent(contentAsLeft(story.database), story, 'new');
          assert.deepEqual(historyOf(story.database), ['up 003_maintenance deferred']);
          await finishStory(story);
        });
      }
    }
  }
});

const points = [
  ['phase:migrate', 'old'],
  ['engine:step:1', 'old'],
  ['engine:step:2', 'old'],
  ['phase:commit', 'old'],
  ['engine:before-replace', 'old'],
  ['engine:replaced', 'new'],
  ['phase:verify', 'new'],
] as const;

describe('every kill of a run on a working copy', { concurrency: 2 }, () => {
  for (const [index, [at, content]] of points.entries()) {
    for (const [turn, victim] of victims.entries()) {
      const mode = (index + turn) % 2 === 0 ? 'delete' : 'wal';
      test(`all or nothing: SIGKILL of ${victim} at ${at} of a run on a working copy (${mode})`, async (t) => {
        await killAndFinish(await stage(t, contentWithoutTransaction, mode), { at, victim, content });
      });
    }
  }

  for (const mode of journalModes) {
    test(`all or nothing: SIGKILL of both at engine:replaced of a module (${mode})`, async (t) => {
      const story = await stage(t, moduleWithoutTransaction, mode);
      await killAndFinish(story, { at: 'engine:replaced', victim: 'both', content: 'new' });
    });
  }
});

const rounds = 5;

describe('writers while a working copy takes its place', { concurrency: 1 }, () => {
  for (const mode of journalModes) {
    for (let round = 1; round <= rounds; round += 1) {
      test(`no lost write: three processes write all the time, round ${round} (${mode})`, async (t) => {
        const story = await stage(t, contentWithoutTransaction, mode);
        const run = startDrydock(commandLine(story), { pauseAt: 'engine:before-replace' });
        await run.reached();
        const writers = await Promise.all(['a', 'b', 'c'].map((name) => impatientWriter(t, story.database, name)));
        run.goOn();
        const result = await run.finished;
        const acknowledged = (await Promise.all(writers.map((writer) => writer.stop()))).flat().sort();

        const judge = await otherProcess(story.database, 5000);
        const rows = await judge.run("SELECT comment_id AS id FROM comments WHERE comment_id LIKE 'gap %' ORDER BY 1");
        const stored = rows.map((row) => (row as { id: string }).id);
        assert.deepEqual(stored, acknowledged, 'every row that a writer was told of, and no other');
        await judge.run("DELETE FROM comments WHERE comment_id LIKE 'gap %'");
        await judge.end();
        if (result.code === 11) assertRefusal(result, 11, /Another process wrote to|was locked/, /is unchanged/);
        else assertDone(result);
        assertContent(dumpWithVersion(story.database), story, result.code === 11 ? 'old' : 'new');
        await finishStory(story);
      });
    }
  }
});

/** Commits one row after the other, asking again at once where it is told that the database is locked. */
async function impatientWriter(t: TestContext, database: string, name: string): Promise<{ stop(): Promise<string[]> }> {
  const writer = await otherProcess(database, 0);
  t.after(() => writer.end());
  const acknowledged: string[] = [];
  let stopped = false;
  const working = (async () => {
    for (let row = 1; !stopped; ) {
      const id = `gap ${name}${row}`;
      const written = await writer.run(`INSERT INTO comments (comment_id) VALUES ('${id}')`).then(
        () => true,
        (error: unknown) => {
          if (!/locked/.test(String(error))) throw error;
          return false;
        },
      );
      if (written) acknowledged.push(id);
      if (written) row += 1;
    }
  })();
  return {
    async stop() {
      stopped = true;
      await working;
      return acknowledged;
    },
  };
}
