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
    // Not found when the function returns, like the callbacks of a pooled connection.
    setTimeout(() => { throw new Error('the second half failed'); }, 100).unref();
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

const moduleOf = (body: string) => `
  import { setTimeout as sleep } from 'node:timers/promises';
  export const revision = '002_late';
  export const revises = '001_base';
  export async function upgrade(op) { ${body} }
  export function downgrade() {}`;

for (const ms of [1, 20, 60, 2_000]) {
  test(`an honest exit: statements that come ${ms} ms later, because forEach awaits nothing, fail the run`, async (t) => {
    const text = moduleOf(`op.select('SELECT id FROM child LIMIT 3').forEach(async ({ id }) => {
      await sleep(${ms});
      op.execute("UPDATE child SET note = 'late' WHERE id = ?", id);
    });`);
    const it = scene(t, { mode: 'delete', files: { ...base, '002_late.ts': text } });
    const before = contentOf(it);
    assertFailed(
      await it.run(['upgrade']),
      20,
      /still running \(3 (?:timers|unsettled promises)\)|had already returned/,
      'unchanged',
    );
    assertUntouched(it, before);
  });
}

test('an honest exit: a statement after the end fails the run although the revision hides its failure', async (t) => {
  const text = moduleOf(`op.execute("UPDATE child SET note = 'first half'");
    setTimeout(() => { try { op.execute("UPDATE child SET note = 'second half'"); } catch {} }, 0);`);
  const it = scene(t, { mode: 'delete', files: { ...base, '002_late.ts': text } });
  const before = contentOf(it);
  assertFailed(await it.run(['upgrade']), 20, 'had already returned when it ran', 'unchanged');
  assertUntouched(it, before);
});
