/** A revision returns, and something that it started fails afterwards: what it did may be half of it. */
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { journalModes } from '../harness/files.ts';
import { assertFailed, assertUntouched, base, contentOf, scene } from '../harness/scene.ts';

const module = (transaction: string) => `
  export const revision = '002_late';
  export const revises = '001_base';
  ${transaction}
  export function upgrade(op) {
    op.execute("UPDATE child SET note = 'first half'");
    setTimeout(() => { throw new Error('the second half failed'); }, 100);
  }
  export function downgrade() {}`;

for (const mode of journalModes) {
  for (const transaction of ['', 'export const transaction = false;']) {
    const where = transaction === '' ? 'in its transaction' : 'on a working copy';
    test(`all or nothing: work that a revision does not await, and that fails just before the commit, stops it (${mode}, ${where})`, async (t) => {
      const it = scene(t, { mode, files: { ...base, '002_late.ts': module(transaction) } });
      const before = contentOf(it);
      const run = it.start(['upgrade'], { pauseAt: 'phase:commit' });
      await run.reached();
      await setTimeout(500);
      run.goOn();
      const result = await run.finished;
      assertFailed(result, 20, 'failed after it had returned: the second half failed', 'The database is unchanged');
      assertUntouched(it, before);
    });
  }
}
