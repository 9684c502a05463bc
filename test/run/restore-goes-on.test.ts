/** What the start after an interrupted restore finds may be another thing than what the restore left. */
import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { replaceByText } from '../harness/damage.ts';
import { startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { createDatabase } from '../harness/files.ts';
import { dieAtFileCall, killAt } from '../harness/kill.ts';
import { listed } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { journalModeOf, type Restorable, restorable, withDatabase } from '../harness/restorable.ts';

test('a proven way back: a snapshot that was changed while its restore was interrupted is not put back', async (t) => {
  const it = await restorable(t, 'delete');
  await killInRestore(it, 'engine:before-replace');
  spoil(join(it.snapshots, `${it.id}.db`));
  const next = await it.run(['snapshot', 'prune']);
  assertRefusal(next, 30, /cannot be finished: Snapshot .* is not the file that was taken/, /restore another one/);
  assert.equal(dumpWithVersion(it.database), it.now);
});

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

test('honest exit: a file that somebody put in the place of a lost one is not said to be the snapshot', async (t) => {
  const it = await restorable(t, 'delete');
  rmSync(it.database);
  await killInExchange(it);
  const missing = await it.run(['upgrade']);
  assertRefusal(missing, 13, /is gone/, new RegExp(`drydock snapshot restore ${it.id}`));
  createDatabase(it.database, 'delete', 'CREATE TABLE of_today (id INTEGER PRIMARY KEY)');
  const own = dumpWithVersion(it.database);
  assertRefusal(await it.run(['snapshot', 'prune']), 24, /somebody has put another file there/);
  assert.equal(dumpWithVersion(it.database), own);
  assert.ok(!existsSync(join(dirname(it.journal), 'incoming.db')));
  await assertPutBack(it, ['snapshot', 'restore', it.id, '--yes']);
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

test('no lost write: the latest snapshot is that of the run for which the restore has waited', async (t) => {
  const it = await restorable(t, 'delete');
  const back = await it.run(['downgrade', '001_items', '--yes']);
  assert.equal(back.code, 0, back.stderr);
  withDatabase(it.database, (db) => db.exec("INSERT INTO items (name) VALUES ('written since')"));
  const before = dumpWithVersion(it.database);
  const upgrade = startDrydock(['upgrade'], { cwd: it.root, pauseAt: 'inspector:measure' });
  t.after(() => upgrade.process.kill('SIGKILL'));
  await upgrade.reached();
  const waiting = startDrydock(['snapshot', 'restore', 'latest', '--yes'], { cwd: it.root });
  await waiting.logged((line) => line['waitingFor'] !== undefined);
  upgrade.goOn();
  assert.equal((await upgrade.finished).code, 0);
  const restored = await waiting.finished;
  assert.equal(restored.code, 0, restored.stderr);
  assert.equal(dumpWithVersion(it.database), before);
});

/** The command ends well, with the state of the snapshot. */
async function assertPutBack(it: Restorable, command: readonly string[]): Promise<void> {
  const result = await it.run(command);
  assert.equal(result.code, 0, result.stderr);
  assert.equal(dumpWithVersion(it.database), it.old);
}

function killInRestore(it: Restorable, point: string) {
  return killAt(['snapshot', 'restore', it.id, '--yes', '--database', it.database], point, 'both');
}

/** The copy of the snapshot is written by half, and does not have the name of the database yet. */
async function killInExchange(it: Restorable): Promise<void> {
  const killed = await it.run(['snapshot', 'restore', it.id, '--yes'], dieAtFileCall('copyFile 1'));
  assert.equal(killed.signal, 'SIGKILL', killed.stderr);
}

/** Its pages stay sound. */
function spoil(path: string): void {
  const at = readFileSync(path).indexOf('item 77');
  const file = openSync(path, 'r+');
  writeSync(file, 'ITEM 77', at);
  closeSync(file);
}
