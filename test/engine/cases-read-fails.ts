/** The disk fails to read one page, once. To SQLite the database is malformed then, and it is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import { journalModes, sqlRevision } from '../harness/files.ts';
import { assertFailed, assertUntouched, base, contentOf, execute, type Part, scene } from '../harness/scene.ts';
import { faultAttached } from '../harness/strace.ts';
import { needsTools } from '../harness/tools.ts';

export const options = needsTools('strace');

/** Beside the cache of the engine: each statement reads pages that it has not read yet, and none from a mapping. */
export const touch = `
  PRAGMA mmap_size = 0;
  UPDATE child SET note = 'touched' WHERE id % 2 = 0;
  UPDATE parent SET name = name || '!';`;

const big = `INSERT INTO child WITH RECURSIVE n (i) AS (VALUES (10000) UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
  SELECT i, 1 + i % 200, printf('%.500c', 'x') FROM n;`;

/** Some by default, the others in the rest. */
export function failedReads(part: Part): void {
  for (const mode of journalModes) {
    for (const transaction of ['', '-- transaction: false']) {
      for (const pauseAt of ['engine:step:0', 'phase:check']) {
        if ((pauseAt === 'engine:step:0' && transaction === '') !== (part === 'default')) continue;
        const name = `honest exit: a page that could not be read at ${pauseAt} is the disk's fault and not the revision's (${mode}${transaction === '' ? '' : ', without a transaction'})`;
        test(name, options, async (t) => {
          const files = { ...base, '002.sql': sqlRevision('002', '001_base', touch, '', transaction) };
          const it = scene(t, { mode, files });
          execute(it.database, big);
          const before = contentOf(it);
          const run = it.start(['upgrade'], { pauseAt });
          await run.reached();
          const read = transaction === '' ? it.database : `${it.database}.drydock/working-copy.db`;
          await faultAttached(t, await run.enginePid(), read, 'pread64:error=EIO:when=2');
          run.goOn();
          const result = await run.finished;
          assertFailed(result, 12, /^The volume failed during the run: /, 'The database is unchanged');
          assertUntouched(it, before);
          assert.equal((await it.run(['upgrade'])).code, 0);
          assert.match(dumpWithVersion(it.database), /touched/);
        });
      }
    }
  }
}
