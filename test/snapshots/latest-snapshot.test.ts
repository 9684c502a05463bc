/** `latest` is the newest snapshot. Where that one cannot be used, an older one is never taken in its place in silence. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import { copyOfMade } from '../harness/files.ts';
import { listed } from '../harness/place.ts';
import { assertRefusal, assertSilentRefusal, folderState } from '../harness/refusal.ts';
import {
  idsIn,
  makeRestorable,
  type Restorable,
  restorable,
  restorableAt,
  restore,
  withDatabase,
} from '../harness/restorable.ts';

interface Stock extends Restorable {
  readonly newest: string;
  readonly file: string;
  readonly manifest: string;
}

/** A database with a snapshot of 001 and a newer one of 002. */
async function stocked(t: TestContext): Promise<Stock> {
  const root = await copyOfMade(t, 'stocked', async (folder) => {
    const created = await (await makeRestorable(folder, 'delete')).run(['snapshot', 'create']);
    assert.equal(created.code, 0, created.stderr);
  });
  const it = restorableAt(root);
  const [, id = 'none'] = idsIn(it.snapshots);
  const path = (kind: string) => join(it.snapshots, `${id}.${kind}`);
  return { ...it, newest: id, file: path('db'), manifest: path('json') };
}

interface Spoilt {
  readonly what: string;
  readonly spoil: (it: Stock) => void;
  readonly says: RegExp;
}

const spoilt: readonly Spoilt[] = [
  { what: 'no manifest', spoil: ({ manifest }) => rmSync(manifest), says: /cannot be read \(ENOENT\)/ },
  {
    what: 'half a manifest',
    spoil: ({ manifest }) => truncateSync(manifest, Math.floor(statSync(manifest).size / 2)),
    says: /is not a snapshot manifest/,
  },
  { what: 'an empty manifest', spoil: ({ manifest }) => truncateSync(manifest), says: /is not a snapshot manifest/ },
  {
    what: 'a manifest of garbage',
    spoil: ({ manifest }) => writeFileSync(manifest, '\u0000\n{'),
    says: /is not a snapshot manifest/,
  },
  {
    what: 'the manifest of another snapshot',
    spoil: ({ manifest, snapshots, id }) => copyFileSync(join(snapshots, `${id}.json`), manifest),
    says: /is the manifest of another snapshot/,
  },
  {
    what: 'a manifest of a newer format',
    spoil: edit((manifest) => ({ ...manifest, format: 2 })),
    says: /is not a snapshot manifest \(format/,
  },
  {
    what: 'a manifest that calls it damaged',
    spoil: edit((manifest) => ({ ...manifest, integrity: 'damaged' })),
    says: /was damaged when it was taken/,
  },
  {
    what: 'a manifest of another size',
    spoil: edit((manifest) => ({ ...manifest, bytes: 1 })),
    says: /has changed since it was taken: it has \d+ bytes, and its manifest says 1/,
  },
  { what: 'no file', spoil: ({ file }) => rmSync(file), says: /is missing, but its manifest is still there/ },
  { what: 'a file of no bytes', spoil: ({ file }) => truncateSync(file), says: /it has 0 bytes/ },
  {
    what: 'a file that was cut short',
    spoil: ({ file }) => truncateSync(file, 4096),
    says: /has changed since it was taken: it has 4096 bytes/,
  },
  { what: 'a folder for a file', spoil: inPlaceOfFile(({ file }) => mkdirSync(file)), says: /is a directory/ },
  {
    what: 'a FIFO for a file',
    spoil: inPlaceOfFile(({ file }) => execFileSync('mkfifo', [file])),
    says: /is a special file/,
  },
  {
    what: 'a link for a file',
    spoil: inPlaceOfFile(({ file, snapshots, id }) => symlinkSync(join(snapshots, `${id}.db`), file)),
    says: /is a symbolic link/,
  },
];

test('a proven way back: latest is refused if the newest snapshot cannot be used, and is never an older one', async (t) => {
  const it = await stocked(t);
  const aside = join(it.root, 'aside');
  cpSync(it.snapshots, aside, { recursive: true });
  for (const { what, spoil, says } of spoilt) {
    await t.test(`it has ${what}`, async () => {
      spoil(it);
      const before = folderState(it.root);
      for (const verb of ['verify', 'restore']) {
        const refused = await it.run(['snapshot', verb, 'latest']);
        assertSilentRefusal(refused, 12, says, new RegExp(it.newest), /Nothing was changed/);
        assert.ok(refused.error.endsWith(`drydock snapshot restore ${it.id}.`), refused.error);
      }
      assert.equal(folderState(it.root), before);
    });
    rmSync(it.snapshots, { recursive: true });
    cpSync(aside, it.snapshots, { recursive: true });
  }
});

test('a proven way back: the older snapshot that a refusal of latest names can be restored, and a newer one is the latest', async (t) => {
  const it = await stocked(t);
  rmSync(it.manifest);
  await restore(it);
  assertRefusal(await it.run(['snapshot', 'restore', 'latest']), 12, new RegExp(`drydock snapshot restore ${it.id}`));
  assert.equal((await it.run(['snapshot', 'create'])).code, 0);
  assert.equal((await it.run(['snapshot', 'verify', 'latest'])).code, 0);
});

test('a proven way back: a snapshot whose file was lost is not forgotten by the next run', async (t) => {
  const it = await stocked(t);
  const aside = join(it.root, 'aside.db');
  renameSync(it.file, aside);
  assert.equal((await it.run(['snapshot', 'prune'])).code, 0);
  const list = await it.run(['snapshot', 'list']);
  assert.match(list.stdout, new RegExp(`Not usable: \\S+${it.newest}\\.db, since \\S+ is missing`));
  assertRefusal(await it.run(['snapshot', 'restore', 'latest']), 12, /is missing/);
  renameSync(aside, it.file);
  assert.equal((await it.run(['snapshot', 'verify', 'latest'])).code, 0);
});

test('a proven way back: a beginning of an id that an unusable snapshot has too names none of the two', async (t) => {
  const it = await stocked(t);
  rmSync(it.manifest);
  assertSilentRefusal(await it.run(['snapshot', 'restore', '2']), 2, /More than one/, new RegExp(it.newest));
});

test('a proven way back: what a restore put aside and lost since does not keep latest from being found', async (t) => {
  const it = await stocked(t);
  withDatabase(it.database, (db) => db.exec('DELETE FROM items WHERE id > 7'));
  const { kept } = await restore(it);
  rmSync(kept ?? 'nothing');
  const verified = await it.run(['snapshot', 'verify', 'latest', '--json']);
  assert.equal(verified.code, 0, verified.stderr);
  assert.equal(verified.json<{ snapshot: { id: string } }>().snapshot.id, it.newest);
});

test('a proven way back: what a run that was killed left half made, or half removed, is no lost snapshot', async (t) => {
  const it = await stocked(t);
  // Between the manifest and the name of the file, in either direction.
  renameSync(it.file, join(it.snapshots, `${it.newest}.tmp`));
  const list = await it.run(['snapshot', 'list', '--json']);
  assert.deepEqual(list.json<{ unusable: unknown[] }>().unusable, []);
  const latest = await it.run(['snapshot', 'verify', 'latest', '--json']);
  assert.equal(latest.json<{ snapshot: { id: string } }>().snapshot.id, it.id);
  assert.equal((await it.run(['snapshot', 'prune'])).code, 0);
  assert.deepEqual(readdirSync(it.snapshots).sort(), [`${it.id}.db`, `${it.id}.json`]);
});

test('honest exit: latest without any snapshot is not taken for the beginning of an id', async (t) => {
  const it = await restorable(t, 'delete');
  rmSync(it.snapshots, { recursive: true });
  for (const verb of ['verify', 'restore']) {
    const refused = await it.run(['snapshot', verb, 'latest']);
    assertSilentRefusal(refused, 2, /^There are no snapshots in \S+app\.db\.snapshots\./, /drydock snapshot create/);
  }
  assert.equal((await it.run(['snapshot', 'create'])).code, 0);
  assert.equal((await it.run(['snapshot', 'verify', 'latest'])).code, 0);
});

test('honest exit: latest says so where a restore put every snapshot aside', async (t) => {
  const it = await stocked(t);
  withDatabase(it.database, (db) => db.exec('DELETE FROM items WHERE id > 7'));
  const { kept } = await restore(it);
  for (const id of [it.id, it.newest]) for (const kind of ['db', 'json']) rmSync(join(it.snapshots, `${id}.${kind}`));
  const id = (await listed(it)).at(-1)?.id;
  assert.ok(kept?.endsWith(`${id}.db`));
  assertSilentRefusal(
    await it.run(['snapshot', 'restore', 'latest']),
    2,
    /Every snapshot in \S+ is what a restore put aside/,
    new RegExp(`give its id, ${id}`),
  );
  assert.equal((await it.run(['snapshot', 'verify', id ?? ''])).code, 0);
});

test('honest exit: the way past something in the place of a manifest leads to the snapshot that it names', async (t) => {
  const it = await stocked(t);
  const aside = join(it.root, 'aside');
  renameSync(it.manifest, aside);
  symlinkSync(aside, it.manifest);
  const refused = await it.run(['snapshot', 'restore', 'latest', '--yes']);
  const says = new RegExp(`Find out what created it and move it away\\. .*drydock snapshot restore ${it.id}`);
  assertSilentRefusal(refused, 12, /is a symbolic link/, says);
  rmSync(it.manifest);
  await restore(it);
});

test('a proven way back: retention does not keep a snapshot that has changed in the place of a sound one', async (t) => {
  const it = await stocked(t);
  truncateSync(it.file, 4096);
  writeFileSync(
    join(it.root, 'config/drydock.yaml'),
    'database: ../data/app.db\nmigrations: ../migrations\nsnapshots:\n  keep: 1\n',
  );
  assert.equal((await it.run(['snapshot', 'prune'])).code, 0);
  assert.ok(existsSync(join(it.snapshots, `${it.id}.db`)), 'the only sound one is there');
  assert.ok(existsSync(it.file), 'and what is left of the other one');
  await restore(it);
  assert.equal(dumpWithVersion(it.database), it.old);
});

test('honest exit: snapshot list says when a snapshot was checked, and that it has changed since', async (t) => {
  const it = await stocked(t);
  const before = await it.run(['snapshot', 'list']);
  for (const id of [it.id, it.newest]) assert.match(before.stdout, new RegExp(`${id} .* ok, when taken`));
  truncateSync(it.file, 4096);
  writeFileSync(join(it.snapshots, `${it.id}.db-journal`), 'a transaction');
  const { stdout } = await it.run(['snapshot', 'list']);
  assert.match(stdout, new RegExp(`${it.newest} .* changed since`));
  assert.match(
    stdout,
    new RegExp(`Not usable: snapshot ${it.newest} has changed since it was taken: it has 4096 bytes`),
  );
  assert.match(stdout, new RegExp(`${it.id} .* stray file beside it`));
  const { snapshots } = (await it.run(['snapshot', 'list', '--json'])).json<{
    snapshots: { createdAt: string; checkedAt: string; integrity: string; problem: { seen: string } }[];
  }>();
  assert.deepEqual(
    snapshots.map(({ integrity, problem }) => [integrity, problem.seen]),
    [
      ['ok', 'stray file beside it'],
      ['ok', 'changed since'],
    ],
  );
  for (const { createdAt, checkedAt } of snapshots) assert.equal(checkedAt, createdAt);
  const doctor = await it.run(['doctor']);
  assert.match(doctor.stdout, new RegExp(`${it.newest}\\.db has changed since`));
});

function edit(change: (manifest: Record<string, unknown>) => Record<string, unknown>): (it: Stock) => void {
  return ({ manifest }) => {
    const now = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, unknown>;
    writeFileSync(manifest, JSON.stringify(change(now)));
  };
}

function inPlaceOfFile(make: (it: Stock) => void): (it: Stock) => void {
  return (it) => {
    rmSync(it.file);
    make(it);
  };
}
