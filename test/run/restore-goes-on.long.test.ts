/** What the start after an interrupted restore finds may be another thing than what the restore left. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { replaceByText } from '../harness/damage.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { listed } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { journalModeOf, restorable } from '../harness/restorable.ts';
import { assertPutBack, killInExchange, killInRestore, spoil } from './helpers-restore-goes-on.ts';

test('a proven way back: a snapshot that was changed while its exchange was interrupted is not put back', async (t) => {
  const it = await restorable(t, 'delete');
  replaceByText(it.database);
  const destroyed = readFileSync(it.database);
  await killInExchange(it);
  spoil(join(it.snapshots, `${it.id}.db`));
  assertRefusal(await it.run(['upgrade']), 30, /cannot be finished: Snapshot .* is not the file that was taken/);
  assert.ok(readFileSync(it.database).equals(destroyed));
});

test('a proven way back: an interrupted restore that cannot be finished gives way to another one', async (t) => {
  const it = await restorable(t, 'delete');
  await it.run(['snapshot', 'create']);
  const other = (await listed(it)).find(({ reason }) => reason === 'manual');
  await killInRestore(it, 'engine:before-replace');
  spoil(join(it.snapshots, `${it.id}.db`));
  const restored = await it.run(['snapshot', 'restore', other?.id ?? 'none', '--yes']);
  assert.equal(restored.code, 0, restored.stderr);
  assert.equal(dumpWithVersion(it.database), it.now);
});

test('a proven way back: an exchange that the next start finishes keeps the journal mode', async (t) => {
  const it = await restorable(t, 'wal');
  replaceByText(it.database);
  await killInExchange(it);
  await assertPutBack(it, ['snapshot', 'prune']);
  assert.equal(journalModeOf(it.database), 'wal');
});

test('a proven way back: the restore of a lost file goes on when it is asked for again', async (t) => {
  const it = await restorable(t, 'delete');
  rmSync(it.database);
  await killInExchange(it);
  await assertPutBack(it, ['snapshot', 'restore', it.id]);
});

for (const verb of [
  ['upgrade', '001_items'],
  ['downgrade', '001_items', '--yes'],
  ['stamp', '001_items'],
]) {
  test(`a proven way back: drydock ${verb.join(' ')} finishes a restore whose file cannot be read any more`, async (t) => {
    const it = await restorable(t, 'delete');
    await killInRestore(it, 'engine:replaced');
    replaceByText(it.database);
    await assertPutBack(it, verb);
    assert.ok(!existsSync(it.journal));
  });
}
