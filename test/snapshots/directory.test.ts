/** `snapshots.directory`: the way back stands elsewhere, and every command finds it there. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Diagnosis } from '../../src/doctor/doctor.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { createDatabase, journalModes, testFolder } from '../harness/files.ts';
import { place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { needs, smallVolume } from '../harness/volumes.ts';
import { elsewhere, listed, placeWithBackup, yes } from './helpers-directory.ts';

for (const mode of journalModes) {
  test(`a proven way back: snapshots stand in the folder that the config names, and are restored from it (${mode})`, async (t) => {
    const here = placeWithBackup(t, mode);
    const before = dumpWithVersion(here.database);
    assert.equal((await here.run(['upgrade'])).code, 0);
    assert.ok(!existsSync(here.snapshots));
    const [snapshot] = await listed(here);
    assert.deepEqual(readdirSync(here.backup), [`${snapshot?.id}.db`, `${snapshot?.id}.json`]);
    assert.equal((await here.run(['snapshot', 'verify', 'latest'])).code, 0);
    const restored = await here.run(['snapshot', 'restore', String(snapshot?.id), ...yes]);
    assert.equal(restored.code, 0, restored.stderr);
    assert.equal(dumpWithVersion(here.database), before);
  });
}

test('a proven way back: two databases do not share a folder of snapshots', async (t) => {
  const here = placeWithBackup(t);
  assert.equal((await here.run(['snapshot', 'create'])).code, 0);
  createDatabase(join(here.data, 'other.db'), 'delete', 'CREATE TABLE t (x)');
  const other = { env: { DRYDOCK_DATABASE: join(here.data, 'other.db') } };
  const refused = await here.run(['snapshot', 'create'], other);
  assertRefusal(refused, 12, /backup\/app has snapshots of another database, \S+app\.db/);
  const doctor = await here.run(['doctor', '--json'], other);
  assert.equal(doctor.code, 12);
  const [first] = doctor.json<Diagnosis>().findings.filter(({ level }) => level === 'problem');
  assert.ok(refused.error.includes(String(first?.message)));
  rmSync(here.database);
  assert.equal((await here.run(['snapshot', 'create'], other)).code, 0, 'the other one is gone');
});

test('honest exit: a folder of snapshots whose parent is not there is refused before anything begins', async (t) => {
  const here = place(t, { config: elsewhere });
  assertRefusal(await here.run(['upgrade']), 12, /there is no \S+backup\. .*snapshots\.directory/);
  assert.ok(!existsSync(`${here.database}.drydock`));
});

test('honest exit: a full volume of snapshots is found before the run begins', needs('mount', 'umount'), async (t) => {
  const volume = smallVolume(t, 2 * 1024 * 1024);
  const here = place(t, { root: testFolder(t), config: `snapshots:\n  directory: ${volume.path}/app\n` });
  volume.fill(64 * 1024);
  const refused = await here.run(['upgrade']);
  assertRefusal(
    refused,
    12,
    new RegExp(`${volume.path}/app has .* free, and this run needs about .* for its snapshot`),
  );
  const plan = await here.run(['plan', '--json']);
  const { space } = plan.json<{ space: { snapshots?: { neededBytes: number; freeBytes: number } } }>();
  assert.ok(space.snapshots !== undefined && space.snapshots.neededBytes > space.snapshots.freeBytes);
});

test('no lost write: what else is in a folder for snapshots stays there, whatever it is called', async (t) => {
  const here = placeWithBackup(t);
  mkdirSync(here.backup);
  const others = ['customers-export.tmp', 'app.db.tmp', '20260101.tmp-wal'];
  for (const name of others) writeFileSync(join(here.backup, name), name);
  assert.equal((await here.run(['upgrade'])).code, 0);
  assert.equal((await here.run(['snapshot', 'prune'])).code, 0);
  for (const name of others) assert.equal(readFileSync(join(here.backup, name), 'utf8'), name);
});

test('a proven way back: a database that is missing while its snapshots are elsewhere is not taken for a first install', async (t) => {
  const here = placeWithBackup(t);
  assert.equal((await here.run(['upgrade'])).code, 0);
  rmSync(here.database);
  for (const verb of ['current', 'plan', 'stats', 'upgrade']) {
    const refused = await here.run([verb]);
    assertRefusal(refused, 2, /There is no database/, /drydock snapshot list/);
    assert.doesNotMatch(refused.stderr, /touch/);
  }
});
