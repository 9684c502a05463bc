/** Which snapshots are kept, that nothing is kept twice, and who may read them. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { dumpWithVersion } from '../harness/dump.ts';
import { journalModes, sqlRevision } from '../harness/files.ts';
import { itemsRevisions, listed, type Place, type PlaceOptions, place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { needs } from '../harness/volumes.ts';

/** A place with so many snapshots, each of another content. @returns Their ids, oldest first. */
async function withSnapshots(t: TestContext, count: number, options: PlaceOptions = {}) {
  const here = place(t, options);
  const ids: string[] = [];
  for (let n = 1; n <= count; n++) {
    setPrice(here, n);
    const created = await here.run(['snapshot', 'create', '--json']);
    assert.equal(created.code, 0, created.stderr);
    ids.push(created.json<{ snapshot: { id: string } }>().snapshot.id);
  }
  return { here, ids };
}

const idsIn = async (here: Place) => (await listed(here)).map(({ id }) => id);

test('a proven way back: retention by count keeps the newest, after each run', async (t) => {
  const { here, ids } = await withSnapshots(t, 5, { config: 'snapshots: { keep: 2 }\n' });
  assert.deepEqual(await idsIn(here), ids.slice(-2));
  assert.deepEqual(
    filesIn(here),
    ids.slice(-2).flatMap((id) => [`${id}.db`, `${id}.json`]),
  );
});

test('a proven way back: retention by age removes what is too old, and never the newest sound one', async (t) => {
  const { here, ids } = await withSnapshots(t, 3);
  for (const id of ids) takenAt(here, id, '2020-01-01T00:00:00.000Z');
  writeFileSync(join(here.root, 'config/drydock.yaml'), `${configOf(here)}snapshots: { max_age: 30d }\n`);
  const prune = await here.run(['snapshot', 'prune', '--json']);
  assert.equal(prune.code, 0, prune.stderr);
  assert.deepEqual(prune.json()['pruned'], ids.slice(0, 2));
  assert.deepEqual(await idsIn(here), ids.slice(-1));
});

test('a proven way back: retention by size removes the oldest, and never the newest sound one', async (t) => {
  const { here, ids } = await withSnapshots(t, 4);
  const { size } = statSync(join(here.snapshots, `${ids[0]}.db`));
  for (const [maxBytes, kept] of [
    [2 * size + 1, 2],
    [1, 1],
  ] as const) {
    writeFileSync(join(here.root, 'config/drydock.yaml'), `${configOf(here)}snapshots: { max_bytes: ${maxBytes}B }\n`);
    assert.equal((await here.run(['snapshot', 'prune'])).code, 0);
    assert.deepEqual(await idsIn(here), ids.slice(-kept));
  }
});

test('a proven way back: retention keeps the newest sound snapshot, however many unsound ones are newer', async (t) => {
  const { here, ids } = await withSnapshots(t, 4);
  for (const id of ids.slice(1)) changeManifest(here, id, { integrity: 'not checked' });
  writeFileSync(join(here.root, 'config/drydock.yaml'), `${configOf(here)}snapshots: { keep: 1 }\n`);
  assert.equal((await here.run(['snapshot', 'prune'])).code, 0);
  assert.deepEqual(await idsIn(here), [ids[0], ids[3]]);
});

const failing = {
  ...itemsRevisions,
  '002_stock.sql': sqlRevision(
    '002_stock',
    '001_items',
    'UPDATE items SET price = 1;\nINSERT INTO nowhere VALUES (1);',
  ),
};

for (const mode of journalModes) {
  test(`a proven way back: runs that fail again and again leave one snapshot, and the old content (${mode})`, async (t) => {
    const here = place(t, { mode, revisions: failing });
    const content = dumpWithVersion(here.database);
    for (let run = 1; run <= 3; run++) assertRefusal(await here.run(['upgrade']), 20, /nowhere/, /unchanged/);
    assert.equal((await listed(here)).length, 1);
    assert.equal(filesIn(here).length, 2);
    assert.equal(dumpWithVersion(here.database), content);
    assert.equal((await here.run(['snapshot', 'verify', 'latest'])).code, 0);
  });

  test(`a proven way back: a snapshot of content that is stored already is that snapshot (${mode})`, async (t) => {
    const { here, ids } = await withSnapshots(t, 1, { mode });
    const again = await here.run(['snapshot', 'create', '--json']);
    assert.equal(again.code, 0, again.stderr);
    const { snapshot, reused } = again.json<{ snapshot: { id: string }; reused: boolean }>();
    assert.deepEqual([snapshot.id, reused], [ids[0], true]);
    assert.deepEqual(await idsIn(here), ids);
  });
}

const modes: readonly { file: number; folder: number }[] = [
  { file: 0o600, folder: 0o700 },
  { file: 0o640, folder: 0o750 },
  { file: 0o644, folder: 0o755 },
];

for (const mode of journalModes) {
  for (const { file, folder } of modes) {
    test(`a proven way back: of a database of mode ${file.toString(8)} everything is ${file.toString(8)}, in folders of ${folder.toString(8)} (${mode})`, async (t) => {
      const here = place(t, { mode });
      chmodSync(here.database, file);
      await makeEverything(here);
      for (const [path, isFolder] of made(here)) {
        assert.equal((statSync(path).mode & 0o777).toString(8), (isFolder ? folder : file).toString(8), path);
      }
      assert.equal(statSync(here.database).mode & 0o777, file);
    });
  }

  test(
    `a proven way back: what root makes beside another user's database is that user's (${mode})`,
    needs(),
    async (t) => {
      const here = place(t, { mode });
      chmodSync(here.database, 0o600);
      // Root becomes that user, who has to reach the config and the revisions.
      chmodSync(here.root, 0o755);
      for (const path of [here.database, here.data]) chownSync(path, 65534, 65533);
      await makeEverything(here);
      for (const [path] of [...made(here), [here.database] as const]) {
        const { uid, gid } = statSync(path);
        assert.deepEqual([uid, gid], [65534, 65533], path);
      }
    },
  );
}

/** An upgrade, a snapshot, a restore through SQLite, one by exchange: everything that is ever made beside a database. */
async function makeEverything(here: Place): Promise<void> {
  for (const args of [['upgrade'], ['snapshot', 'create'], ['snapshot', 'restore', 'latest', '--yes']]) {
    const result = await here.run(args);
    assert.equal(result.code, 0, result.stderr);
  }
  writeFileSync(here.database, 'no database');
  const exchanged = await here.run(['snapshot', 'restore', 'latest', '--yes']);
  assert.equal(exchanged.code, 0, exchanged.stderr);
}

/** Every path that Drydock made, but the folder that keeps a destroyed file, and that file. */
function made(here: Place): (readonly [path: string, isFolder: boolean])[] {
  return ['app.db.snapshots', 'app.db.drydock', 'app.db.drydock/runs'].flatMap((name) => {
    const folder = join(here.data, name);
    const files = readdirSync(folder).filter((file) => !file.startsWith('damaged-before-') && file !== 'runs');
    assert.ok(files.length > 0, folder);
    return [[folder, true] as const, ...files.map((file) => [join(folder, file), false] as const)];
  });
}

function filesIn(here: Place): string[] {
  return readdirSync(here.snapshots).sort();
}

function configOf(here: Place): string {
  return readFileSync(join(here.root, 'config/drydock.yaml'), 'utf8').replace(/^snapshots:.*\n/m, '');
}

function takenAt(here: Place, id: string, createdAt: string): void {
  changeManifest(here, id, { createdAt });
}

function changeManifest(here: Place, id: string, change: Readonly<Record<string, unknown>>): void {
  const path = join(here.snapshots, `${id}.json`);
  writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...change }));
}

function setPrice(here: Place, price: number): void {
  const db = new Database(here.database);
  db.prepare('UPDATE items SET price = ? WHERE id = 1').run(price);
  db.close();
}
