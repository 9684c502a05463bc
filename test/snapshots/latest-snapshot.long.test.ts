/** `latest` is the newest snapshot. Where that one cannot be used, an older one is never taken in its place in silence. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import { listed } from '../harness/place.ts';
import { assertRefusal, assertSilentRefusal } from '../harness/refusal.ts';
import { restore, withDatabase } from '../harness/restorable.ts';
import { stocked } from './helpers-latest-snapshot.ts';

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
