/** `snapshots.directory`: the way back stands elsewhere, and every command finds it there. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Diagnosis } from '../../src/doctor/doctor.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { createDatabase, journalModes, testFolder } from '../harness/files.ts';
import { type Listed, type Place, place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { needs, smallVolume } from '../harness/volumes.ts';

const elsewhere = 'snapshots:\n  directory: ../backup/app\n';

function placeWithBackup(t: TestContext, mode: 'delete' | 'wal' = 'delete'): Place & { readonly backup: string } {
  const here = place(t, { mode, config: elsewhere });
  mkdirSync(join(here.root, 'backup'));
  return { ...here, backup: join(here.root, 'backup', 'app') };
}

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

/** A restore in a job may have to be agreed to. */
const yes: readonly string[] = ['--yes'];

test('all or nothing: a restore that was killed goes on from the folder that the config names', async (t) => {
  const here = placeWithBackup(t);
  const before = dumpWithVersion(here.database);
  assert.equal((await here.run(['upgrade'])).code, 0);
  await killedRestore(here);
  const next = await here.run(['snapshot', 'prune']);
  assert.equal(next.code, 0, next.stderr);
  assert.equal(dumpWithVersion(here.database), before);
});

test('honest exit: after the folder was changed an interrupted restore says where its snapshots were', async (t) => {
  const here = placeWithBackup(t);
  assert.equal((await here.run(['upgrade'])).code, 0);
  await killedRestore(here);
  const env = { DRYDOCK_SNAPSHOTS_DIRECTORY: join(here.root, 'backup', 'new') };
  const lost = await here.run(['upgrade'], { env });
  assertRefusal(lost, 30, /is not in \S+backup\/new; that run had its snapshots in \S+backup\/app/);
  assert.equal((await here.run(['snapshot', 'prune'])).code, 0, 'with the old setting it goes on');
});

/** As the command finds them. */
async function listed({ run }: Place): Promise<readonly Listed[]> {
  return (await run(['snapshot', 'list', '--json'])).json<{ snapshots: Listed[] }>().snapshots;
}

async function killedRestore(here: Place): Promise<void> {
  const [snapshot] = await listed(here);
  const { startDrydock } = await import('../harness/drydock.ts');
  const running = startDrydock(['snapshot', 'restore', String(snapshot?.id), ...yes], {
    cwd: here.root,
    pauseAt: 'engine:before-replace',
  });
  await running.reached();
  running.process.kill('SIGKILL');
  await running.finished;
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

test('a rehearsal leaves nothing in the folder that the config names', async (t) => {
  const here = placeWithBackup(t);
  const result = await here.run(['rehearse']);
  assert.equal(result.code, 0, result.stderr);
  assert.ok(!existsSync(here.backup));
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
