/** One database by two names: locks, journal and snapshots stand beside the real file, whichever name is used. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion, versions } from '../harness/dump.ts';
import { journalModes } from '../harness/files.ts';
import { listed, type Place, place } from '../harness/place.ts';
import { assertJsonRefusal, assertSilentRefusal, folderState } from '../harness/refusal.ts';
import { otherProcess } from '../harness/writer.ts';

interface Linked extends Place {
  /** A symlink in another folder, to a symlink, to the database. */
  readonly link: string;
  readonly links: string;
}

function linked(t: TestContext, mode: 'delete' | 'wal' = 'delete'): Linked {
  const here = place(t, { mode });
  const links = join(here.root, 'links');
  mkdirSync(links);
  symlinkSync('../data/app.db', join(links, 'first.db'));
  symlinkSync('first.db', join(links, 'app.db'));
  return { ...here, link: join(links, 'app.db'), links };
}

for (const mode of journalModes) {
  test(`all or nothing: an upgrade through a symlink changes the real file, and stands beside it (${mode})`, async (t) => {
    const here = linked(t, mode);
    const result = await here.run(['upgrade', '--database', here.link]);
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(versions(here.database), ['002_stock']);
    assert.deepEqual(readdirSync(here.links).sort(), ['app.db', 'first.db']);
    assert.ok(lstatSync(here.link).isSymbolicLink() && lstatSync(join(here.links, 'first.db')).isSymbolicLink());
    assert.equal((await listed(here)).length, 1, 'the snapshot is found by the real name');
  });

  test(`a proven way back: a restore through a symlink restores the real file and keeps the link (${mode})`, async (t) => {
    const here = linked(t, mode);
    const content = dumpWithVersion(here.database);
    assert.equal((await here.run(['upgrade'])).code, 0);
    const result = await here.run(['snapshot', 'restore', 'latest', '--yes', '--database', here.link]);
    assert.equal(result.code, 0, result.stderr);
    assert.equal(dumpWithVersion(here.database), content);
    assert.ok(lstatSync(here.link).isSymbolicLink());
    assert.deepEqual(readdirSync(here.links).sort(), ['app.db', 'first.db']);
  });
}

for (const [first, second] of [
  ['link', 'database'],
  ['database', 'link'],
] as const) {
  test(`one at a time: a run by the name of the ${first} locks out one by the name of the ${second}`, async (t) => {
    const here = linked(t);
    const args = ['upgrade', '--database', here[first]];
    const running = startDrydock(args, { cwd: here.root, pauseAt: 'phase:snapshot' });
    t.after(() => running.process.kill('SIGKILL'));
    await running.reached();
    const locked = await here.run(['upgrade', '--database', here[second], '--lock-timeout', '0s']);
    assertSilentRefusal(locked, 10, /Another run still holds the lock of \S+data\/app\.db/);
    const waiting = startDrydock(['upgrade', '--json', '--database', here[second]], { cwd: here.root });
    t.after(() => waiting.process.kill('SIGKILL'));
    await waiting.logged((line) => line.msg === 'waiting for the lock of another Drydock run');
    running.goOn();
    assert.equal((await running.finished).code, 0);
    const waited = await waiting.finished;
    assert.equal(waited.code, 0, waited.stderr);
    assert.equal(waited.json()['outcome'], 'nothing-pending');
    assert.equal((await listed(here)).length, 1, 'applied once');
  });
}

test('no lost write: a writer by the name of the link is waited for by a run by the real name', async (t) => {
  const here = linked(t);
  const writer = await otherProcess(here.link, 1000);
  t.after(() => writer.end());
  await writer.run('BEGIN IMMEDIATE');
  await writer.run('UPDATE items SET price = 7 WHERE id = 1');
  const busy = await here.run(['upgrade', '--busy-timeout', '100ms']);
  assertSilentRefusal(busy, 11, /data\/app\.db was locked by another process/);
  await writer.run('COMMIT');
  assert.equal((await here.run(['upgrade'])).code, 0);
  assert.deepEqual(await writer.run('SELECT price FROM items WHERE id = 1'), [{ price: 7 }]);
});

const broken: readonly { what: string; make: (path: string) => void; says: RegExp }[] = [
  { what: 'a symlink to nothing', make: (path) => symlinkSync('nowhere.db', path), says: /no database at \S+\.db/ },
  { what: 'a symlink to itself', make: (path) => symlinkSync('broken.db', path), says: /broken\.db/ },
  { what: 'a symlink to a folder', make: (path) => symlinkSync('data', path), says: /is a directory/ },
];

for (const { what, make, says } of broken) {
  test(`honest exit: ${what} ends every command with 2, and nothing is made`, async (t) => {
    const here = place(t);
    const path = join(here.root, 'broken.db');
    make(path);
    const before = folderState(here.root);
    for (const args of [['upgrade'], ['current'], ['verify'], ['snapshot', 'create']]) {
      assertJsonRefusal(await here.run([...args, '--json', '--database', path]), 2, says);
    }
    assert.equal(folderState(here.root), before);
    assert.ok(!existsSync(join(here.root, 'nowhere.db')));
  });
}

test('a proven way back: of a database that is gone the snapshots are found by its symlink too', async (t) => {
  const here = linked(t);
  const content = dumpWithVersion(here.database);
  assert.equal((await here.run(['upgrade'])).code, 0);
  rmSync(here.database);
  const list = await here.run(['snapshot', 'list', '--database', here.link]);
  assert.match(list.stdout, /001_items/);
  const result = await here.run(['snapshot', 'restore', 'latest', '--yes', '--database', here.link]);
  assert.equal(result.code, 0, result.stderr);
  assert.equal(dumpWithVersion(here.database), content);
  assert.ok(lstatSync(here.link).isSymbolicLink());
});

test('honest exit: a symlink that leads into no folder is told by the folder', async (t) => {
  const here = linked(t);
  const nowhere = join(here.root, 'nowhere.db');
  symlinkSync('missing/app.db', nowhere);
  assertSilentRefusal(
    await here.run(['upgrade', '--database', nowhere]),
    2,
    /no directory \S+missing for the database/,
  );
});

test('no lost write: a database whose name ends in a blank is refused, and not taken for the one without', async (t) => {
  const here = linked(t);
  copyFileSync(here.database, `${here.database} `);
  const before = folderState(here.data);
  const blank = await here.run(['upgrade', '--database', `${here.database} `]);
  assertSilentRefusal(blank, 2, /ends with whitespace/, /--database/);
  assert.deepEqual(folderState(here.data), before);
});
