/** Somebody else owns the folder of the database, or something else stands under a name of Drydock's. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Diagnosis } from '../../src/doctor/doctor.ts';
import { testFolder } from '../harness/files.ts';
import { placeWithSnapshot } from '../harness/place.ts';
import { assertRefusal, folderState } from '../harness/refusal.ts';
import { needsTools } from '../harness/tools.ts';
import { wrongKindTests } from './cases-own-files.ts';
import { access, everything, isRoot, ofUser, secret } from './helpers-own-files.ts';

/** A file of root's that nobody may touch, and a folder of root's. */
function victims(t: TestContext) {
  const root = testFolder(t);
  const file = join(root, 'shadow');
  const folder = join(root, 'etc');
  writeFileSync(file, 'a secret of root');
  chmodSync(file, 0o600);
  mkdirSync(folder, { mode: 0o755 });
  writeFileSync(join(folder, 'kept.tmp'), 'not a leftover');
  return { root, file, folder, state: folderState(root) };
}

const links = ['runner.lock', 'run.json', 'run.json.tmp', 'owner.json', 'owner.json.tmp', 'working-copy.db'];

for (const name of links) {
  test(
    `a link of another user in the place of ${name} leads to nothing that is overwritten or given away`,
    isRoot,
    async (t) => {
      const { file, root, state } = victims(t);
      const here = ofUser(t);
      mkdirSync(`${here.database}.drydock`);
      symlinkSync(file, join(`${here.database}.drydock`, name));
      const before = readFileSync(here.database);
      assertRefusal(await here.run(['upgrade']), 12, new RegExp(`${name} is a symbolic link`));
      assert.equal(folderState(root), state);
      assert.deepEqual(readFileSync(here.database), before);
    },
  );
}

for (const name of ['app.db.snapshots', 'app.db.drydock', 'app.db.drydock/runs']) {
  test(`a link of another user in the place of ${name} leads to no folder that is written into`, isRoot, async (t) => {
    const { folder, root, state } = victims(t);
    const here = ofUser(t);
    if (name.includes('/')) mkdirSync(`${here.database}.drydock`);
    const link = join(here.data, name);
    spawnSync('ln', ['-s', folder, link]);
    spawnSync('chown', ['-h', '1000:1000', link]);
    const refused = await here.run(['upgrade']);
    assertRefusal(refused, 12, new RegExp(`${name} is a symbolic link that uid 1000 made`));
    assert.equal(folderState(root), state);
    const doctor = await here.run(['doctor', '--json']);
    assert.equal(doctor.code, 12);
    const [first] = doctor.json<Diagnosis>().findings.filter(({ level }) => level === 'problem');
    assert.ok(refused.error.includes(String(first?.message)));
  });
}

test('a hard link in the place of the lock is neither given away nor opened', isRoot, async (t) => {
  const here = ofUser(t);
  const file = join(here.root, 'shadow');
  writeFileSync(file, 'a secret of root', { mode: 0o600 });
  mkdirSync(`${here.database}.drydock`);
  linkSync(file, join(`${here.database}.drydock`, 'runner.lock'));
  assertRefusal(await here.run(['upgrade']), 12, /runner\.lock is a file that has another name too/);
  const { uid, mode } = statSync(file);
  assert.deepEqual([uid, mode & 0o777, readFileSync(file, 'utf8')], [0, 0o600, 'a secret of root']);
});

wrongKindTests('default');

test('honest exit: a named pipe in the place of the database is named at once', needsTools('mkfifo'), async (t) => {
  const here = await placeWithSnapshot(t);
  rmSync(here.database);
  spawnSync('mkfifo', [here.database]);
  for (const args of [['upgrade'], ['current'], ['snapshot', 'restore', 'latest']]) {
    assertRefusal(await here.run(args), 2, /app\.db is a special file/);
  }
});

test('a copy has the group of the database, by whomever it is made', secret, async (t) => {
  const here = ofUser(t, 'report:\n  dir: ../reports\n');
  chownSync(here.database, 1000, 2000);
  chmodSync(here.database, 0o640);
  const result = await here.run(['upgrade']);
  assert.equal(result.code, 0, result.stderr);
  for (const path of everything(here)) assert.equal(access(path), '1000:2000 640', path);
  assert.equal(access(here.snapshots), '1000:2000 750');
});

test('who may not give a copy to the group of the database makes it for its owner alone, and says so', {
  skip: secret.skip || needsTools('setpriv').skip,
}, async (t) => {
  const here = ofUser(t, 'report:\n  dir: ../reports\n');
  for (const path of [here.root, here.data]) chownSync(path, 1000, 100);
  chmodSync(here.root, 0o755);
  chownSync(here.database, 1000, 2000);
  chmodSync(here.database, 0o644);
  const as1000 = ['setpriv', '--reuid=1000', '--regid=100', '--clear-groups'];
  const { wrapped } = await import('../harness/users.ts');
  const result = await wrapped(as1000, here.root, ['upgrade']);
  assert.equal(result.code, 0, result.stderr);
  // Everybody else may read, and that goes for both groups.
  for (const path of everything(here)) assert.equal(access(path), '1000:100 604', path);
});
