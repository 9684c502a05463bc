/** The disk fails to read one page, once. To SQLite the database is malformed then, and it is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sqlRevision } from '../harness/files.ts';
import { assertUntouched, base, contentOf, scene } from '../harness/scene.ts';
import { faulting } from '../harness/strace.ts';
import { failedReads, options, touch } from './cases-read-fails.ts';

failedReads('default');

for (const verb of ['current', 'plan', 'upgrade']) {
  test(`honest exit: no read that fails once makes ${verb} call a sound database damaged`, options, async (t) => {
    const it = scene(t, { mode: 'delete', files: { ...base, '002.sql': sqlRevision('002', '001_base', touch, '') } });
    const before = contentOf(it);
    for (const read of [1, 2, 3, 4, 5, 6]) {
      const result = await it.run([verb], { under: faulting(`pread64:error=EIO:when=${read}`, it.database) });
      if (result.code === 0) break;
      assert.equal(result.code, 12, `read ${read}: ${result.stderr}`);
      assertUntouched(it, before);
    }
  });
}
