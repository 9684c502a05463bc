/** What a restore brings back, what it keeps of what it replaced, and whom it waits for. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { dumpWithVersion, integrity } from '../harness/dump.ts';
import { type JournalMode, journalModes } from '../harness/files.ts';
import { otherProcess } from '../harness/writer.ts';
import { cutTo, cutToBytes, overwrite, pageBytes, replaceByRandom, replaceByText } from './helpers-damage.ts';
import { listed, type Place, place } from './helpers-places.ts';
import { assertRefusal, assertSilentRefusal, sha256Of } from './helpers-refusal.ts';

interface Restorable extends Place {
  /** The content at 001, of which there is a snapshot, and at 002, where the database is. */
  readonly old: string;
  readonly now: string;
  readonly id: string;
}

async function restorable(t: TestContext, mode: JournalMode): Promise<Restorable> {
  const here = place(t, { mode });
  const old = dumpWithVersion(here.database);
  const upgrade = await here.run(['upgrade']);
  assert.equal(upgrade.code, 0, upgrade.stderr);
  const [snapshot] = await listed(here);
  return { ...here, old, now: dumpWithVersion(here.database), id: snapshot?.id ?? 'none' };
}

interface Restored {
  readonly restored: { readonly id: string };
  readonly kept: string | null;
}

async function restore(it: Restorable, address = it.id): Promise<Restored> {
  const result = await it.run(['snapshot', 'restore', address, '--json']);
  assert.equal(result.code, 0, result.stderr);
  assert.equal(dumpWithVersion(it.database), it.old, 'exactly what was in the snapshot');
  assert.equal(integrity(it.database), 'ok');
  assert.ok(!existsSync(it.journal));
  return result.json<Restored>();
}

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

    const forth = await it.run(['snapshot', 'restore', basename(kept, '.db')]);
    assert.equal(forth.code, 0, forth.stderr);
    assert.equal(dumpWithVersion(it.database), it.now, 'the way forth again');
  });

  test(`a proven way back: 'latest' and the beginning of an id name a snapshot, before and after a restore (${mode})`, async (t) => {
    const it = await restorable(t, mode);
    await restore(it, 'latest');
    await restore(it, 'latest');
    await restore(it, it.id.slice(0, -4));
  });

  const destructions: readonly { what: string; destroy: (path: string) => void; throughSqlite?: true }[] = [
    { what: 'replaced by text', destroy: replaceByText },
    { what: 'replaced by random bytes', destroy: replaceByRandom },
    { what: 'cut in the middle of its header', destroy: (path) => cutToBytes(path, 50) },
    { what: 'cut after its first page', destroy: (path) => cutToBytes(path, pageBytes) },
    { what: 'cut in half', destroy: (path) => cutTo(path, 0.5) },
    { what: 'cut to no bytes', destroy: (path) => truncateSync(path) },
    { what: 'trashed behind its first page', destroy: trashPages },
    { what: 'trashed in its header', destroy: (path) => overwrite(path, 0, Buffer.alloc(100, 0xee)) },
    { what: 'trashed in its schema', destroy: (path) => overwrite(path, 100, Buffer.alloc(pageBytes - 100, 0xee)) },
  ];

  for (const { what, destroy } of destructions) {
    test(`a proven way back: a database that was ${what} is restored, and what was left of it is kept (${mode})`, async (t) => {
      const it = await restorable(t, mode);
      destroy(it.database);
      const destroyed = readFileSync(it.database);
      const { kept } = await restore(it);
      assert.equal(journalModeOf(it.database), mode);
      if (kept === null) assert.fail('nothing was kept');
      // A file that SQLite could read was copied as a snapshot, where only the header's bookkeeping is another.
      const file = statSync(kept).isDirectory() ? join(kept, basename(it.database)) : kept;
      if (statSync(kept).isDirectory()) assert.deepEqual(readFileSync(file), destroyed);
      else assert.deepEqual(readFileSync(file).subarray(pageBytes), destroyed.subarray(pageBytes));
      const upgrade = await it.run(['upgrade']);
      assert.equal(upgrade.code, 0, upgrade.stderr);
      assert.equal(dumpWithVersion(it.database), it.now);
    });
  }

  test(`a proven way back: a database that is gone is restored (${mode})`, async (t) => {
    const it = await restorable(t, mode);
    const owner = statSync(it.database);
    rmSync(it.database);
    const { kept } = await restore(it);
    assert.equal(kept, null);
    assert.equal(journalModeOf(it.database), mode);
    assert.equal(statSync(it.database).mode, owner.mode);
  });
}

test('a proven way back: a destroyed database is moved aside together with its -wal and -shm', async (t) => {
  const it = await restorable(t, 'wal');
  const wal = await leftByKilledWriter(t, it);
  replaceByText(it.database);
  const { kept } = await restore(it);
  assert.ok(kept !== null);
  assert.deepEqual(readdirSync(kept).sort(), ['app.db', 'app.db-shm', 'app.db-wal']);
  assert.equal(sha256Of(join(kept, 'app.db-wal')), wal);
});

test('a proven way back: a destroyed database is moved aside together with its hot journal', async (t) => {
  const it = await restorable(t, 'delete');
  const other = await otherProcess(it.database, 1000);
  t.after(() => other.end());
  await other.run('PRAGMA cache_size = 5');
  await other.run('BEGIN IMMEDIATE');
  await other.run("UPDATE items SET name = name || 'x'");
  other.process.kill('SIGKILL');
  await once(other.process, 'exit');
  const journal = sha256Of(`${it.database}-journal`);
  // A header that says nothing to SQLite, of a size at which it does not take the file for one to be rolled back.
  rmSync(it.database);
  const { kept } = await restore(it);
  if (kept !== null) assert.equal(sha256Of(join(kept, 'app.db-journal')), journal);
  assert.ok(!existsSync(`${it.database}-journal`), 'no journal stands beside a file that it does not belong to');
});

test('no lost write: a destroyed database that a process still has open is not exchanged, and the process is named', async (t) => {
  const it = await restorable(t, 'delete');
  const other = await otherProcess(it.database, 1000);
  t.after(() => other.end());
  await other.run('SELECT 1 FROM items LIMIT 1');
  replaceByText(it.database);
  const destroyed = sha256Of(it.database);
  const refused = await it.run(['snapshot', 'restore', it.id]);
  assertRefusal(refused, 12, new RegExp(`pid ${other.process.pid}`), /still has it open/, /Nothing was changed/);
  assert.equal(sha256Of(it.database), destroyed);
  await other.end();
  await restore(it);
});

test('no lost write: a restore waits for a reader in a rollback-journal mode, and ends with 11 where it does not end', async (t) => {
  const it = await restorable(t, 'delete');
  const reader = await otherProcess(it.database, 1000);
  t.after(() => reader.end());
  await reader.run('BEGIN');
  await reader.run('SELECT count(*) FROM items');
  const busy = await it.run(['snapshot', 'restore', it.id, '--busy-timeout', '300ms']);
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
    const busy = await it.run(['snapshot', 'restore', it.id, '--busy-timeout', '300ms']);
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
      const busy = await it.run(['snapshot', 'restore', it.id, '--busy-timeout', '300ms']);
      assertRefusal(busy, 11, /locked by another process/, /unchanged/);
      assert.equal(journalModeOf(it.database), mode);
      await other.end();
    }
    await restore(it);
    assert.equal(pageSizeOf(it.database), 4096);
    assert.equal(journalModeOf(it.database), mode);
  });
}

function trashPages(path: string): void {
  overwrite(path, pageBytes, Buffer.alloc(statSync(path).size - pageBytes, 0xee));
}

function withDatabase<T>(path: string, use: (db: Database.Database) => T): T {
  const db = new Database(path);
  try {
    return use(db);
  } finally {
    db.close();
  }
}

function journalModeOf(path: string): unknown {
  return withDatabase(path, (db) => db.pragma('journal_mode', { simple: true }));
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

/** @returns The sha256 of the -wal that is left, with a commit in it. */
async function leftByKilledWriter(t: TestContext, it: Restorable): Promise<string> {
  const other = await otherProcess(it.database, 1000);
  t.after(() => other.end());
  await other.run('UPDATE items SET price = 7 WHERE id = 1');
  other.process.kill('SIGKILL');
  await once(other.process, 'exit');
  return sha256Of(`${it.database}-wal`);
}
