/** Somebody else owns the folder of the database, or something else stands under a name of Drydock's. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { needsTools } from '../harness/tools.ts';
import { wrongKindTests } from './cases-own-files.ts';
import { access, everything, isRoot, ofUser, secret } from './helpers-own-files.ts';

wrongKindTests('rest');

test(
  'a hard link in the place of a file in the making loses its name, and what it named is as it was',
  isRoot,
  async (t) => {
    const here = ofUser(t);
    const file = join(here.root, 'shadow');
    writeFileSync(file, 'a secret of root', { mode: 0o600 });
    mkdirSync(`${here.database}.drydock`);
    for (const name of ['run.json.tmp', 'owner.json.tmp', 'working-copy.db', 'incoming.db']) {
      linkSync(file, join(`${here.database}.drydock`, name));
    }
    const result = await here.run(['upgrade']);
    assert.equal(result.code, 0, result.stderr);
    const { uid, mode } = statSync(file);
    assert.deepEqual([uid, mode & 0o777, readFileSync(file, 'utf8')], [0, 0o600, 'a secret of root']);
  },
);

test('a folder of snapshots may be a link of root or ours to one of ours, and of no others', isRoot, async (t) => {
  const here = ofUser(t);
  const volume = join(here.root, 'volume');
  mkdirSync(volume, { mode: 0o755 });
  symlinkSync(volume, here.snapshots);
  assert.equal((await here.run(['snapshot', 'create'])).code, 0);
  assert.equal(readdirSync(volume).length, 2);
  chownSync(volume, 1000, 1000);
  assert.equal((await here.run(['upgrade'])).code, 0, 'of the owner of the database');
  chmodSync(volume, 0o777);
  assertRefusal(await here.run(['snapshot', 'create']), 12, /a symbolic link to \S+volume, which is world-writable/);
  chmodSync(volume, 0o755);
  chownSync(volume, 1001, 1001);
  assertRefusal(await here.run(['snapshot', 'create']), 12, /a symbolic link to \S+volume, which belongs to uid 1001/);
  chownSync(volume, 0, 0);
  chmodSync(here.data, 0o777);
  assertRefusal(await here.run(['snapshot', 'create']), 12, /a symbolic link in a world-writable folder/);
});

for (const suffix of ['-wal', '-journal']) {
  test(
    `honest exit: a named pipe at app.db${suffix} holds up neither a run nor a look`,
    needsTools('mkfifo'),
    async (t) => {
      const here = place(t);
      spawnSync('mkfifo', [`${here.database}${suffix}`]);
      for (const args of [['upgrade'], ['current'], ['verify'], ['plan'], ['doctor'], ['snapshot', 'create']]) {
        const result = await here.run(args);
        assert.equal(result.code, 12, `${args}: ${result.stdout}${result.stderr}`);
        assert.match(result.stdout + result.stderr, /app\.db-(wal|journal) is a named pipe/);
      }
    },
  );
}

test('copies get as strict as the database has become, and never looser', secret, async (t) => {
  const here = ofUser(t, 'report:\n  dir: ../reports\n');
  chmodSync(here.database, 0o644);
  assert.equal((await here.run(['upgrade'])).code, 0);
  const old = everything(here);
  assert.ok(old.every((path) => access(path) === '1000:1000 644'));
  chmodSync(here.database, 0o600);
  assert.equal((await here.run(['snapshot', 'create'])).code, 0);
  for (const path of old) assert.equal(access(path), '1000:1000 600', path);
  chmodSync(here.database, 0o644);
  assert.equal((await here.run(['snapshot', 'prune'])).code, 0);
  for (const path of old.filter((path) => path.includes('.snapshots/')))
    assert.equal(access(path), '1000:1000 600', path);
});
