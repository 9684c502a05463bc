/** A database that was destroyed: it is restored all the same, and what was left of it is kept. */

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { cutTo, cutToBytes, overwrite, pageBytes, replaceByRandom, replaceByText } from '../harness/damage.ts';
import { startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { journalModes, projectRoot } from '../harness/files.ts';
import { assertRefusal, sha256Of } from '../harness/refusal.ts';
import { journalModeOf, type Restorable, restorable, restore } from '../harness/restorable.ts';
import { nothingChanged } from '../harness/sentences.ts';
import { needs, smallVolume } from '../harness/volumes.ts';
import { type OtherProcess, otherProcess } from '../harness/writer.ts';

for (const mode of journalModes) {
  const destructions: readonly { what: string; destroy: (path: string) => void }[] = [
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

test('a proven way back: the hot journal of a database that is gone is moved aside', async (t) => {
  const it = await restorable(t, 'delete');
  const other = await otherProcess(it.database, 1000);
  t.after(() => other.end());
  await other.run('PRAGMA cache_size = 5');
  await other.run('BEGIN IMMEDIATE');
  await other.run("UPDATE items SET name = name || 'x'");
  other.process.kill('SIGKILL');
  await once(other.process, 'exit');
  const journal = sha256Of(`${it.database}-journal`);
  rmSync(it.database);
  const { kept } = await restore(it);
  assert.ok(kept !== null);
  assert.deepEqual(readdirSync(kept), ['app.db-journal']);
  assert.equal(sha256Of(join(kept, 'app.db-journal')), journal);
  assert.ok(!existsSync(`${it.database}-journal`), 'no journal stands beside a file that it does not belong to');
});

test('a proven way back: a database that is destroyed again and again is kept each time', async (t) => {
  const it = await restorable(t, 'delete');
  const remains: string[] = [];
  for (const text of ['the first', 'the second', 'the third']) {
    writeFileSync(it.database, text);
    const { kept } = await restore(it);
    assert.ok(kept !== null);
    remains.push(join(kept, 'app.db'));
  }
  assert.deepEqual(
    remains.map((path) => readFileSync(path, 'utf8')),
    ['the first', 'the second', 'the third'],
  );
});

test('no lost write: a destroyed database that a process still has open is not exchanged, and the process is named', async (t) => {
  const it = await restorable(t, 'delete');
  const other = await whoHasItOpen(t, it.database);
  replaceByText(it.database);
  const destroyed = sha256Of(it.database);
  const refused = await it.run(['snapshot', 'restore', it.id, '--yes']);
  assertRefusal(refused, 12, new RegExp(`pid ${other.process.pid}`), /still has it open/, nothingChanged);
  assert.equal(sha256Of(it.database), destroyed);
  await other.end();
  await restore(it);
});

test('no lost write: a destroyed database that a process has open by another name is not exchanged', async (t) => {
  const it = await restorable(t, 'delete');
  // As a container sees the same file under a path of its own.
  const name = join(it.root, 'by-another-name.db');
  linkSync(it.database, name);
  const other = await whoHasItOpen(t, name);
  replaceByText(it.database);
  const refused = await it.run(['snapshot', 'restore', it.id, '--yes']);
  assertRefusal(refused, 12, new RegExp(`pid ${other.process.pid}`), /still has it open/, nothingChanged);
  await other.end();
  await restore(it);
});

test('no lost write: a database that was moved away under a process is not restored while its -wal is open', async (t) => {
  const it = await restorable(t, 'wal');
  const other = await otherProcess(it.database, 1000);
  t.after(() => other.end());
  await other.run('PRAGMA wal_autocheckpoint = 0');
  await other.run("UPDATE items SET name = 'acknowledged'");
  const moved = join(it.root, 'moved.db');
  renameSync(it.database, moved);
  const refused = await it.run(['snapshot', 'restore', it.id, '--yes']);
  assertRefusal(refused, 12, new RegExp(`pid ${other.process.pid}`), /still has it open/, nothingChanged);
  renameSync(moved, it.database);
  await other.end();
  assert.match(dumpWithVersion(it.database), /acknowledged/);
});

test('no lost write: a database that was deleted under a process is not put back beneath it', async (t) => {
  const it = await restorable(t, 'delete');
  const other = await whoHasItOpen(t, it.database);
  rmSync(it.database);
  const refused = await it.run(['snapshot', 'restore', it.id, '--yes']);
  assertRefusal(refused, 12, new RegExp(`pid ${other.process.pid}`), /still has it open/, nothingChanged);
  await other.end();
  await restore(it);
});

test('a proven way back: a database that was removed after a run was killed is put back by the same command', async (t) => {
  const it = await restorable(t, 'delete');
  const downgrade = startDrydock(['downgrade', '001_items', '--yes'], { cwd: it.root, pauseAt: 'phase:check' });
  await downgrade.reached();
  const engine = await downgrade.enginePid();
  downgrade.process.kill('SIGKILL');
  process.kill(engine, 'SIGKILL');
  await downgrade.finished;
  for (const suffix of ['', '-journal']) rmSync(`${it.database}${suffix}`);
  await restore(it);
});

test(
  'a proven way back: a destroyed database is exchanged where its snapshots are on another volume',
  needs('mount', 'umount'),
  async (t) => {
    const it = await restorable(t, 'delete');
    const volume = smallVolume(t, 20_000_000);
    // A mount is made as writable by everybody as /tmp is.
    chmodSync(volume.path, 0o700);
    cpSync(it.snapshots, volume.path, { recursive: true });
    rmSync(it.snapshots, { recursive: true });
    symlinkSync(volume.path, it.snapshots);
    replaceByText(it.database);
    const { kept } = await restore(it);
    assert.match(kept ?? 'nothing', /\/app\.db\.drydock\/damaged-before-/);
    assert.deepEqual(readdirSync(kept ?? 'nothing'), ['app.db']);
  },
);

test(
  'a proven way back: a destroyed database is exchanged where its snapshots are a mount of the same volume',
  needs('mount', 'umount'),
  async (t) => {
    const it = await restorable(t, 'delete');
    const elsewhere = join(it.root, 'elsewhere');
    cpSync(it.snapshots, elsewhere, { recursive: true });
    execFileSync('mount', ['--bind', elsewhere, it.snapshots]);
    try {
      replaceByText(it.database);
      const { kept } = await restore(it);
      assert.deepEqual(readdirSync(kept ?? 'nothing'), ['app.db']);
    } finally {
      execFileSync('umount', [it.snapshots]);
    }
  },
);

test('honest exit: an exchange whose result cannot be opened does not say that nothing was changed', async (t) => {
  const it = await restorable(t, 'delete');
  replaceByText(it.database);
  // Whoever is there as soon as the name has another file, and keeps it locked.
  const script = `
    const [, path] = process.argv;
    const { statSync } = require('node:fs');
    const Database = require('better-sqlite3');
    const damaged = statSync(path).ino;
    while (statSync(path).ino === damaged);
    const db = new Database(path);
    db.exec('BEGIN EXCLUSIVE');
    process.stdin.resume().on('end', () => db.close());`;
  const first = spawn(process.execPath, ['-e', script, it.database], {
    cwd: projectRoot,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  t.after(() => first.kill('SIGKILL'));
  assertRefusal(
    await it.run(['snapshot', 'restore', it.id, '--yes', '--busy-timeout', '100ms']),
    30,
    /^Putting snapshot .* back into .* failed/,
    /run the same command again/,
  );
  first.stdin.end();
  await once(first, 'exit');
  const again = await it.run(['snapshot', 'restore', it.id, '--yes']);
  assert.equal(again.code, 0, again.stderr);
});

function trashPages(path: string): void {
  overwrite(path, pageBytes, Buffer.alloc(statSync(path).size - pageBytes, 0xee));
}

async function whoHasItOpen(t: TestContext, database: string): Promise<OtherProcess> {
  const other = await otherProcess(database, 1000);
  t.after(() => other.end());
  await other.run('SELECT 1 FROM items LIMIT 1');
  return other;
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
