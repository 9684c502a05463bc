/** What the start after an interrupted restore finds may be another thing than what the restore left. */
import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { createDatabase } from '../harness/files.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { restorable, withDatabase } from '../harness/restorable.ts';
import { assertPutBack, killInExchange, killInRestore, spoil } from './helpers-restore-goes-on.ts';

test('a proven way back: a snapshot that was changed while its restore was interrupted is not put back', async (t) => {
  const it = await restorable(t, 'delete');
  await killInRestore(it, 'engine:before-replace');
  spoil(join(it.snapshots, `${it.id}.db`));
  const next = await it.run(['snapshot', 'prune']);
  assertRefusal(next, 30, /cannot be finished: Snapshot .* is not the file that was taken/, /restore another one/);
  assert.equal(dumpWithVersion(it.database), it.now);
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
