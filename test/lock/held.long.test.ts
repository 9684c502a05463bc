/** Locks that are held for longer than it takes to believe that their holder is dead. */
import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { bothJournalModes, sqlRevision } from '../harness/files.ts';
import { assertFailed, assertNothingLeft, base, history, scene } from '../harness/scene.ts';
import { lockHolder } from './helpers-lock-holder.ts';

/** Longer than the ten seconds after which a lock that does not move is taken for dead. */
const longSeconds = 15;
const staleMs = 10_000;

describe('locks that are held for long', { concurrency: 2 }, () => {
  for (const mode of bothJournalModes) {
    test(`one at a time: the lock moves while one statement runs for ${longSeconds} s (${mode})`, async (t) => {
      const up = `CREATE TABLE counted AS ${counting(rowsPerSecond() * longSeconds)};`;
      const it = scene(t, { mode, files: { ...base, '002.sql': sqlRevision('002', '001_base', up) } });
      const run = it.start(['upgrade', '--json']);
      await run.logged(({ task }) => task === 'revision 002');

      const mtimes = new Set<number>();
      const watching = (async () => {
        while (run.process.exitCode === null) {
          const stats = statSync(`${it.database}.lock`, { throwIfNoEntry: false });
          if (stats !== undefined) mtimes.add(stats.mtimeMs);
          await setTimeout(100);
        }
      })();
      assertFailed(await it.run(['upgrade', '--lock-timeout', '3s']), 10, `pid ${run.process.pid} `);
      const result = await run.finished;
      await watching;

      assert.equal(result.code, 0, result.stderr);
      const sorted = [...mtimes].sort((a, b) => a - b);
      const gaps = sorted.slice(1).map((mtime, index) => mtime - (sorted[index] ?? mtime));
      assert.ok(gaps.length >= 3 && Math.max(...gaps) < staleMs, `the lock directory moved: ${gaps}`);
      assert.deepEqual(history(it.database), ['up 002 done']);
      assertNothingLeft(it);
    });

    test(`one at a time: a supervisor stopped for longer than a lock lives, and woken, is still the only one (${mode})`, async (t) => {
      const up = 'ALTER TABLE parent ADD COLUMN a;';
      const it = scene(t, { mode, files: { ...base, '002.sql': sqlRevision('002', '001_base', up) } });
      const lock = `${it.database}.lock`;
      const sleeper = it.start(['upgrade'], { pauseAt: 'engine:step:0' });
      await sleeper.reached();
      sleeper.process.kill('SIGSTOP');
      while (Date.now() - statSync(lock).mtimeMs < staleMs + 1000) await setTimeout(100);

      assertFailed(await it.run(['upgrade', '--lock-timeout', '2s']), 10, `pid ${sleeper.process.pid} `);
      const patient = it.start(['upgrade', '--json']);
      await patient.logged(({ waitingFor }) => waitingFor === 'the lock of another Drydock run');
      // Another tool goes by the clock, and takes the directory.
      const holder = await lockHolder(t, it.database);
      await holder.lock();

      sleeper.process.kill('SIGCONT');
      await sleeper.logged(
        ({ msg }) => msg?.startsWith(`the lock directory ${lock} was removed or taken over`) === true,
      );
      sleeper.goOn();
      const woken = await sleeper.finished;
      assert.equal(woken.code, 0, woken.stderr);
      assert.ok(existsSync(lock), "the other tool's lock was not removed");
      assert.equal(await holder.release(), 'held throughout');

      const second = await patient.finished;
      assert.equal(second.code, 0, second.stderr);
      assert.equal(second.json()['outcome'], 'nothing-pending');
      assert.deepEqual(history(it.database), ['up 002 done']);
      assertNothingLeft(it);
    });
  }
});

function counting(rows: number): string {
  return `WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT count(*) AS rows FROM n`;
}

/** How fast this machine is. */
function rowsPerSecond(): number {
  const db = new Database(':memory:');
  const rows = 2_000_000;
  const started = performance.now();
  db.prepare(counting(rows)).all();
  db.close();
  return Math.round((rows / (performance.now() - started)) * 1000);
}
