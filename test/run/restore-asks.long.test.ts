/** A restore says what goes, and asks before anything is locked, if the database holds what no snapshot has. */
import assert from 'node:assert/strict';
import { rmSync, statSync, truncateSync } from 'node:fs';
import { test } from 'node:test';
import { replaceByText } from '../harness/damage.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { journalModes } from '../harness/files.ts';
import { killAt } from '../harness/kill.ts';
import { assertRefusal, assertSilentRefusal } from '../harness/refusal.ts';
import { type Restorable, restorable } from '../harness/restorable.ts';
import { otherProcess } from '../harness/writer.ts';
import { type Report, written } from './helpers-restore-asks.ts';

for (const mode of journalModes) {
  test(`a proven way back: a job may restore what a snapshot has while another process has the database open (${mode})`, async (t) => {
    const it = await restorable(t, mode);
    const other = await otherProcess(it.database, 1000);
    t.after(() => other.end());
    // In WAL mode it is in the log, and not in the file.
    await other.run('UPDATE items SET price = 7 WHERE id < 1000');
    assertSilentRefusal(await it.run(['snapshot', 'restore', it.id]), 2, /pass --yes/);
    const created = await it.run(['snapshot', 'create']);
    assert.equal(created.code, 0, created.stderr);
    if (mode === 'wal') assert.ok(statSync(`${it.database}-wal`).size > 0, 'the log has it');
    const restored = await it.run(['snapshot', 'restore', it.id, '--json']);
    assert.equal(restored.code, 0, restored.stderr);
    assert.deepEqual(restored.json<Report>().tables, []);
    assert.equal(dumpWithVersion(it.database), it.old);
  });
}

const beyond: readonly { what: string; destroy: (it: Restorable) => void }[] = [
  { what: 'is gone', destroy: ({ database }) => rmSync(database) },
  { what: 'is empty', destroy: ({ database }) => truncateSync(database) },
  { what: 'is text', destroy: ({ database }) => replaceByText(database) },
  { what: 'was cut', destroy: ({ database }) => truncateSync(database, 4096) },
];

test('a proven way back: a database that cannot be read asks nothing, since a restore is the way out', async (t) => {
  const it = await restorable(t, 'delete');
  for (const { what, destroy } of beyond) {
    await t.test(`it ${what}`, async () => {
      destroy(it);
      const restored = await it.run(['snapshot', 'restore', it.id]);
      assert.equal(restored.code, 0, restored.stderr);
      assert.equal(dumpWithVersion(it.database), it.old);
    });
  }
});

test('a proven way back: a restore that was agreed to and was killed goes on without another question', async (t) => {
  const it = await written(t, 'delete');
  await killAt(['snapshot', 'restore', it.id, '--yes', '--database', it.database], 'engine:before-replace', 'both');
  const again = await it.run(['snapshot', 'restore', it.id]);
  assert.equal(again.code, 0, again.stderr);
  assert.equal(dumpWithVersion(it.database), it.old);
});

test('honest exit: a database that stays locked is not asked about: the restore ends with 11', async (t) => {
  const it = await written(t, 'delete');
  const other = await otherProcess(it.database, 1000);
  t.after(() => other.end());
  await other.run('BEGIN EXCLUSIVE');
  for (const flags of [[], ['--yes']]) {
    const busy = await it.run(['snapshot', 'restore', it.id, '--busy-timeout', '300ms', ...flags]);
    assertRefusal(busy, 11, /locked|held/i);
  }
});
