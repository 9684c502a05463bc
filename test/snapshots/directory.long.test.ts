/** `snapshots.directory`: the way back stands elsewhere, and every command finds it there. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import type { Place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { listed, placeWithBackup, yes } from './helpers-directory.ts';

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

test('a rehearsal leaves nothing in the folder that the config names', async (t) => {
  const here = placeWithBackup(t);
  const result = await here.run(['rehearse']);
  assert.equal(result.code, 0, result.stderr);
  assert.ok(!existsSync(here.backup));
});
