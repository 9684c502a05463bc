/** What a restore brings back, what it keeps of what it replaced, and whom it waits for. */
import assert from 'node:assert/strict';
import { copyFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { dumpWithVersion, integrity } from '../harness/dump.ts';
import { journalModes } from '../harness/files.ts';
import { listed } from '../harness/place.ts';
import { assertRefusal, assertSilentRefusal } from '../harness/refusal.ts';
import { journalModeOf, type Restorable, restorable, restore, withDatabase } from '../harness/restorable.ts';
import { otherProcess } from '../harness/writer.ts';

for (const mode of journalModes) {
  test(`a proven way back: a restore brings the content back exactly, and keeps what it replaced as a snapshot (${mode})`, async (t) => {
    const it = await restorable(t, mode);
    const { restored, kept } = await restore(it);
    assert.equal(restored.id, it.id);
    assert.ok(kept !== null);
    assert.equal(contentOf(t, it, kept), it.now, 'what was replaced is in what is kept');
    const ids = (await listed(it)).map(({ id }) => id);
    assert.deepEqual(ids, [it.id, basename(kept, '.db')]);
    for (const id of ids) assert.equal((await it.run(['snapshot', 'verify', id])).code, 0);

    const forth = await it.run(['snapshot', 'restore', basename(kept, '.db'), '--yes']);
    assert.equal(forth.code, 0, forth.stderr);
    assert.equal(dumpWithVersion(it.database), it.now, 'the way forth again');
  });

  test(`a proven way back: 'latest' and the beginning of an id name a snapshot, before and after a restore (${mode})`, async (t) => {
    const it = await restorable(t, mode);
    await restore(it, 'latest');
    await restore(it, 'latest');
    await restore(it, it.id.slice(0, -4));
  });
}

test('no lost write: a restore waits for a reader in a rollback-journal mode, and ends with 11 where it does not end', async (t) => {
  const it = await restorable(t, 'delete');
  const reader = await otherProcess(it.database, 1000);
  t.after(() => reader.end());
  await reader.run('BEGIN');
  await reader.run('SELECT count(*) FROM items');
  const busy = await it.run(['snapshot', 'restore', it.id, '--yes', '--busy-timeout', '300ms']);
  assertRefusal(busy, 11, /locked by another process/, /unchanged/);
  assert.equal(dumpWithVersion(it.database), it.now);
  await reader.run('COMMIT');
  await restore(it);
});

test('no lost write: a restore of a WAL database goes on beside a reader, who keeps what he sees until he looks again', async (t) => {
  const it = await restorable(t, 'wal');
  const reader = await otherProcess(it.database, 1000);
  t.after(() => reader.end());
  const columns = () => reader.run("SELECT count(*) AS columns FROM pragma_table_info('items')");
  await reader.run('BEGIN');
  assert.deepEqual(await columns(), [{ columns: 4 }]);
  await restore(it);
  assert.deepEqual(await columns(), [{ columns: 4 }]);
  await reader.run('COMMIT');
  assert.deepEqual(await columns(), [{ columns: 3 }]);
  assert.equal(journalModeOf(it.database), 'wal');
});

for (const mode of journalModes) {
  test(`no lost write: a restore waits for a writer, and ends with 11 where he does not end (${mode})`, async (t) => {
    const it = await restorable(t, mode);
    const writer = await otherProcess(it.database, 1000);
    t.after(() => writer.end());
    await writer.run('BEGIN IMMEDIATE');
    await writer.run('UPDATE items SET price = 7 WHERE id = 1');
    const busy = await it.run(['snapshot', 'restore', it.id, '--yes', '--busy-timeout', '300ms']);
    assertSilentRefusal({ ...busy, stdout: '' }, 11, /locked by another process/, /unchanged/);
    await writer.run('COMMIT');
    const { kept } = await restore(it);
    const db = new Database(kept ?? '', { readonly: true });
    const price = db.prepare('SELECT price FROM items WHERE id = 1').pluck().get();
    db.close();
    assert.equal(price, 7, 'what he committed is kept');
  });

  test(`no lost write: a connection that idles through a restore sees what was restored, and writes on it (${mode})`, async (t) => {
    const it = await restorable(t, mode);
    const other = await otherProcess(it.database, 1000);
    t.after(() => other.end());
    await other.run('SELECT count(*) FROM items');
    await restore(it);
    await other.run('UPDATE items SET price = 7 WHERE id = 1');
    await other.end();
    assert.equal(integrity(it.database), 'ok');
    assert.notEqual(dumpWithVersion(it.database), it.old);
    assert.match(dumpWithVersion(it.database), /\["1n","1n","item 1",7\]/);
  });
}

for (const [then, now] of [
  ['wal', 'delete'],
  ['delete', 'wal'],
] as const) {
  test(`a proven way back: a restore puts the journal mode back to ${then}, where it has become ${now}`, async (t) => {
    const it = await restorable(t, then);
    withDatabase(it.database, (db) => db.pragma(`journal_mode = ${now}`));
    assert.equal(journalModeOf(it.database), now);
    await restore(it);
    assert.equal(journalModeOf(it.database), then);
  });
}

for (const mode of journalModes) {
  test(`a proven way back: a restore puts the page size back (${mode})`, async (t) => {
    const it = await restorable(t, mode);
    withDatabase(it.database, (db) => {
      db.pragma('journal_mode = delete');
      db.pragma('page_size = 8192');
      db.exec('VACUUM');
      db.pragma(`journal_mode = ${mode}`);
    });
    assert.equal(pageSizeOf(it.database), 8192);
    if (mode === 'wal') {
      const other = await otherProcess(it.database, 1000);
      t.after(() => other.end());
      await other.run('SELECT count(*) FROM items');
      const busy = await it.run(['snapshot', 'restore', it.id, '--yes', '--busy-timeout', '300ms']);
      assertRefusal(busy, 11, /locked by another process/, /unchanged/);
      assert.equal(journalModeOf(it.database), mode);
      await other.end();
    }
    await restore(it);
    assert.equal(pageSizeOf(it.database), 4096);
    assert.equal(journalModeOf(it.database), mode);
  });
}

function pageSizeOf(path: string): unknown {
  return withDatabase(path, (db) => db.pragma('page_size', { simple: true }));
}

/** The dump of a copy, so that looking at a snapshot does not change it. */
function contentOf(t: TestContext, it: Restorable, snapshot: string): string {
  const copy = join(it.root, 'copy.db');
  copyFileSync(snapshot, copy);
  t.after(() => rmSync(copy, { force: true }));
  return dumpWithVersion(copy);
}
