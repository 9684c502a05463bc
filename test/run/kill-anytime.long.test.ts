/** Kills at no place in particular: spread over the time that a run takes, on a database that takes some. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startDrydock } from '../harness/drydock.ts';
import { contentAsLeft } from '../harness/dump.ts';
import { bothJournalModes, createDatabase, revisionFolder, sqlRevision } from '../harness/files.ts';
import { assertContent, commandLine, finishStory, gone, type Staging, stage, victims } from '../harness/kill.ts';
import { noTransaction } from './helpers-no-transaction.ts';

/** 20,000 rows, rewritten with next to no cache, indexed, and vacuumed. */
const heavy: Staging = async (folder, mode) => ({
  database: createDatabase(
    `${folder}/heavy.db`,
    mode,
    `CREATE TABLE heavy (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
     INSERT INTO heavy (text)
       WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
       SELECT printf('%0200d', i) FROM n;`,
  ),
  command: ['upgrade', '--from-base'],
  migrations: revisionFolder(folder, {
    '001.sql': sqlRevision(
      '001_rewrite',
      undefined,
      `PRAGMA cache_size = 10;
       UPDATE heavy SET text = text || ' rewritten';
       CREATE INDEX heavy_text ON heavy (text);
       DELETE FROM heavy WHERE id % 2 = 0;`,
      '',
      '-- message: every page is another one',
    ).replace('-- migrate:up', '-- migrate:up\n-- expect: rows heavy fewer'),
    '002.sql': noTransaction('002_vacuum', '001_rewrite', 'VACUUM;'),
  }),
});

const kills = 8;

describe('kills at any time', { concurrency: 2 }, () => {
  for (const mode of bothJournalModes) {
    for (let kill = 1; kill <= kills; kill += 1) {
      const victim = victims[kill % victims.length] ?? 'both';
      test(`all or nothing: SIGKILL of ${victim} after ${kill} ${kills}ths of the engine's life (${mode})`, async (t) => {
        const story = await stage(t, heavy, mode);
        const run = startDrydock(commandLine(story));
        const engine = await run.enginePid();
        // Not to wait for anything: when the kill comes is what is varied here.
        await setTimeout((kill / kills) * 1200);
        if (victim !== 'engine') run.process.kill('SIGKILL');
        if (victim !== 'supervisor') killIfAlive(engine);
        await run.finished;
        await gone(engine);

        const left = contentAsLeft(story.database);
        assertContent(left, story, left === story.old ? 'old' : 'new');
        await finishStory(story);
      });
    }
  }
});

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    assert.match(String(error), /ESRCH/, 'the run had ended already');
  }
}
