/** Root in the folder of somebody who may put anything there. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { loadConfig } from '../../src/config/config.ts';
import { upgrade } from '../../src/index.ts';
import { startDrydock } from '../harness/drydock.ts';
import { type JournalMode, journalModes, sqlRevision } from '../harness/files.ts';
import { itemsRevisions, type Place, place } from '../harness/place.ts';
import { assertRefusal, folderState } from '../harness/refusal.ts';
import { needsTools } from '../harness/tools.ts';
import { wrapped } from '../harness/users.ts';

const isRoot = { skip: process.getuid?.() === 0 ? (false as const) : 'only root has something to give up' };

/** A folder and a database of uid 4711, whom the system does not know by name; the rest is root's, for everybody to read. */
function ofUser(t: TestContext, mode: JournalMode = 'delete', revisions = itemsRevisions): Place {
  const here = place(t, { mode, revisions });
  chmodSync(here.root, 0o755);
  for (const path of [here.data, here.database]) chownSync(path, 4711, 4712);
  chmodSync(here.database, 0o640);
  return here;
}

function owners(here: Place): string[] {
  const names = readdirSync(here.data, { recursive: true, encoding: 'utf8' });
  return [...new Set(names.map((name) => lstatSync(join(here.data, name))).map(({ uid, gid }) => `${uid}:${gid}`))];
}

const workingCopy = {
  ...itemsRevisions,
  '003_more.sql': sqlRevision(
    '003_more',
    '002_stock',
    "UPDATE items SET name = 'x' || name;",
    '',
    '-- transaction: false',
  ),
};

for (const mode of journalModes) {
  test(
    `root becomes the owner of the folder: every process, every file, every command that writes (${mode})`,
    isRoot,
    async (t) => {
      const here = ofUser(t, mode, workingCopy);
      // Where that user may leave the marks of a fault point.
      const faults = join(here.root, 'faults');
      mkdirSync(faults);
      chownSync(faults, 4711, 4712);
      const env = { DRYDOCK_FAULT_PAUSE: 'engine:copied', DRYDOCK_FAULT_DIR: faults };
      const running = startDrydock(['upgrade'], { cwd: here.root, env });
      const mark = join(faults, 'engine-copied.reached');
      while (!existsSync(mark)) await setTimeout(20);
      const engine = Number(readFileSync(mark, 'utf8'));
      for (const pid of [running.process.pid, engine]) {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        assert.match(status, /^Uid:\t4711\t4711\t4711\t4711$/m);
        assert.match(status, /^Gid:\t4712\t4712\t4712\t4712$/m);
        assert.match(status, /^Groups:\t4712 ?$/m);
      }
      writeFileSync(join(faults, 'engine-copied.continue'), '');
      const upgraded = await running.finished;
      assert.equal(upgraded.code, 0, upgraded.stderr);
      assert.ok(upgraded.log.some(({ msg }) => /runs as uid 4711/.test(String(msg))));
      for (const args of [
        ['snapshot', 'create'],
        ['rehearse', '--down', '-1'],
        ['snapshot', 'prune'],
        ['unlock'],
        ['doctor'],
      ]) {
        const result = await here.run(args);
        assert.equal(result.code, 0, `${args}: ${result.stdout}${result.stderr}`);
      }
      assert.deepEqual(owners(here), ['4711:4712']);
    },
  );
}

test('root is led nowhere by a link that its user made', isRoot, async (t) => {
  const here = ofUser(t);
  const etc = join(here.root, 'etc');
  mkdirSync(etc);
  writeFileSync(join(etc, 'kept.tmp'), 'not a leftover');
  const before = folderState(etc);
  symlinkSync(etc, here.snapshots);
  assertRefusal(await here.run(['upgrade']), 12, /app\.db\.snapshots is a symbolic link/);
  assert.equal(folderState(etc), before);
});

const unreadable: Readonly<Record<string, (here: Place) => string>> = {
  'the config': ({ root }) => join(root, 'config/drydock.yaml'),
  'the folder of the revisions': ({ migrations }) => migrations,
  'a revision': ({ migrations }) => join(migrations, '002_stock.sql'),
};

for (const [what, pathOf] of Object.entries(unreadable)) {
  test(
    `root stays root for nobody: ${what} that only root may read is refused with 12, unless it is allowed`,
    isRoot,
    async (t) => {
      const here = ofUser(t);
      chmodSync(pathOf(here), 0o700);
      const before = folderState(here.root);
      assertRefusal(await here.run(['upgrade']), 12, /may not read .*--as-root/);
      assert.equal(folderState(here.root), before);
      const allowed = await here.run(['upgrade', '--as-root']);
      assert.equal(allowed.code, 0, allowed.stderr);
      assert.deepEqual(owners(here), ['4711:4712']);
      const env = { DRYDOCK_AS_ROOT: 'allow' };
      assert.equal((await here.run(['snapshot', 'create'], { env })).code, 0);
    },
  );
}

test('a database and a folder of two users are refused with 12', isRoot, async (t) => {
  const here = ofUser(t);
  chownSync(here.database, 0, 0);
  assertRefusal(await here.run(['upgrade']), 12, /belongs to uid 4711, and \S+ in it to uid 0,.*--as-root/);
});

test('root without the right to become another user is refused with 12', {
  skip: isRoot.skip || needsTools('setpriv').skip,
}, async (t) => {
  const here = ofUser(t);
  const bound = ['setpriv', '--bounding-set=-setuid,-setgid', '--inh-caps=-setuid,-setgid'];
  assertRefusal(await wrapped(bound, here.root, ['upgrade']), 12, /does not let it: .*--as-root/);
});

test('in a folder of root’s root stays root, and what it makes is the owner’s of the database', isRoot, async (t) => {
  const here = ofUser(t);
  chownSync(here.data, 0, 0);
  const result = await here.run(['upgrade']);
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(owners(here), ['4711:4712']);
});

test('a program that runs as root in the folder of another user is refused, unless it allows it', isRoot, async (t) => {
  const here = ofUser(t);
  const config = await loadConfig({ cwd: here.root, env: {}, flags: {} });
  await assert.rejects(upgrade(config), { code: 'PREFLIGHT', message: /runs as root/ });
  const done = await upgrade({ ...config, asRoot: 'allow' });
  assert.equal(done.outcome, 'done');
});
