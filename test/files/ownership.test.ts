/** Whoever may use the database may use what Drydock makes beside it, and nobody else. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDrydock } from '../harness/drydock.ts';
import { place } from '../harness/place.ts';
import { asOrdinaryUser, ordinaryUser } from '../harness/users.ts';
import { needs } from '../harness/volumes.ts';

test(
  'another user of the group goes on where the permissions of the database were changed since',
  needs(),
  async (t) => {
    const here = place(t);
    for (const name of ['.', ...readdirSync(here.root, { recursive: true, encoding: 'utf8' })]) {
      const path = join(here.root, name);
      chownSync(path, 1001, ordinaryUser.gid);
      chmodSync(path, lstatSync(path).isDirectory() ? 0o775 : 0o664);
    }
    const created = await here.run(['snapshot', 'create']);
    assert.equal(created.code, 0, created.stderr);
    chmodSync(here.database, 0o660);
    const lock = `${here.database}.drydock/runner.lock`;
    assert.deepEqual([statSync(lock).uid, statSync(lock).mode & 0o777], [1001, 0o664]);
    const next = await asOrdinaryUser(here.root, ['upgrade']);
    assert.equal(next.code, 0, next.stderr);
  },
);

test('a copy of a database that nobody else may read is at no moment one that others may read', async (t) => {
  const here = place(t);
  chmodSync(here.database, 0o600);
  mkdirSync(here.snapshots);
  chmodSync(here.snapshots, 0o755);
  const umask = process.umask(0o022);
  t.after(() => process.umask(umask));
  const running = startDrydock(['upgrade'], { cwd: here.root, pauseAt: 'engine:copied' });
  t.after(() => running.process.kill('SIGKILL'));
  await running.reached();
  running.process.kill('SIGKILL');
  await running.finished;
  const left = readdirSync(here.snapshots).map((name) => join(here.snapshots, name));
  assert.equal(left.length, 1);
  for (const path of left) assert.equal((statSync(path).mode & 0o777).toString(8), '600', path);
});

test('the folders of a database that was made stricter become as strict with the next run', async (t) => {
  const here = place(t);
  chmodSync(here.database, 0o666);
  assert.equal((await here.run(['upgrade'])).code, 0);
  const folders = [here.snapshots, `${here.database}.drydock`, join(`${here.database}.drydock`, 'runs')];
  for (const path of folders) chmodSync(path, 0o777);
  chmodSync(here.database, 0o640);
  assert.equal((await here.run(['snapshot', 'create'])).code, 0);
  for (const path of folders) assert.equal((statSync(path).mode & 0o777).toString(8), '750', path);
});
