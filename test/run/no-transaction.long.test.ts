import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { bothJournalModes } from '../harness/files.ts';
import { assertContent, assertDone, commandLine, describeAttacks, finishStory, stage } from '../harness/kill.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { otherProcess } from '../harness/writer.ts';
import { contentAttacks } from './cases-no-transaction-content.ts';
import { maintenanceAttacks } from './cases-no-transaction-maintenance.ts';
import { contentWithoutTransaction } from './helpers-no-transaction.ts';

describeAttacks('revisions that change no content', maintenanceAttacks, 'others');
describeAttacks('revisions that change content outside a transaction', contentAttacks, 'others');

const rounds = 3;

describe('writers while a working copy takes its place', { concurrency: 1 }, () => {
  for (const mode of bothJournalModes) {
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
