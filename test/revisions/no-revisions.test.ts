/** A folder in which no revision is found is not a database at which nothing is pending. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { startDrydock } from '../harness/drydock.ts';
import { itemsRevisions, place } from '../harness/place.ts';
import { assertRefusal, assertSilentRefusal, folderState } from '../harness/refusal.ts';

const runsAndJudges: readonly (readonly string[])[] = [
  ['upgrade'],
  ['upgrade', 'base'],
  ['upgrade', '--rehearse'],
  ['upgrade', '--sql'],
  ['downgrade', 'base', '--yes'],
  ['stamp', 'base'],
  ['plan'],
  ['rehearse'],
  ['check'],
  ['lint'],
];

test('honest exit: with no revision in the folder, what runs and judges ends with 2 and touches nothing', async (t) => {
  const here = place(t, { revisions: {} });
  const before = folderState(here.root);
  for (const verb of runsAndJudges) {
    const refused = await here.run(verb);
    assertSilentRefusal(
      refused,
      2,
      new RegExp(`No revisions found in ${here.migrations}: it is empty`),
      /--migrations/,
    );
  }
  const found = await here.run(['doctor', '--json']);
  assert.equal(found.code, 2, found.stderr);
  assert.match(found.stdout, /No revisions found in .*it is empty/);
  assert.equal(folderState(here.root), before);
});

test('honest exit: whoever means a folder without revisions says so, and readers answer as before', async (t) => {
  const here = place(t, { revisions: {}, sql: 'CREATE TABLE t (x);' });
  for (const verb of [...runsAndJudges.filter(([name]) => name !== 'check'), ['doctor']]) {
    const allowed = await here.run([...verb, '--allow-no-revisions']);
    assert.equal(allowed.code, 0, `${verb.join(' ')}: ${allowed.stderr}`);
  }
  for (const verb of [
    ['current'],
    ['history'],
    ['heads'],
    ['branches'],
    ['verify'],
    ['stats'],
    ['snapshot', 'create'],
    ['ensure-version'],
  ]) {
    const read = await here.run(verb);
    assert.equal(read.code, 0, `${verb.join(' ')}: ${read.stderr}`);
  }
  assertRefusal(await here.run(['current', '--allow-no-revisions']), 2, /unknown option/);
});

/** Files of the folder, and what is said of them. */
const kinds: readonly { readonly what: string; readonly files: readonly string[]; readonly says: RegExp }[] = [
  {
    what: "Prisma's",
    files: [
      '20240101_init/migration.sql',
      '20240202_more/migration.sql',
      '20240303_last/migration.sql',
      'migration_lock.toml',
    ],
    says: /it has 3 folders \(20240101_init, 20240202_more, …\) and 1 file \(migration_lock\.toml\), which looks like Prisma\./,
  },
  {
    what: "Drizzle's, its .sql files elsewhere",
    files: ['meta/_journal.json', 'meta/0000_snapshot.json'],
    says: /1 folder \(meta\), which looks like Drizzle/,
  },
  {
    what: "Alembic's",
    files: ['env.py', 'script.py.mako', 'versions/1a2b3c4d5e6f_first.py'],
    says: /looks like Alembic/,
  },
  { what: "Alembic's versions", files: ['1a2b3c4d5e6f_first.py'], says: /looks like Alembic/ },
  { what: "Django's", files: ['__init__.py', '0001_initial.py'], says: /looks like Django/ },
  { what: "of a Rails application's", files: ['20240101000000_create_items.rb'], says: /looks like Rails/ },
  {
    what: 'a lost mount',
    files: ['lost+found/x', '.gitkeep'],
    says: /it has 1 folder \(lost\+found\) and 1 file \(\.gitkeep\), and no \.sql, \.ts or \.js file\./,
  },
  { what: 'what init made', files: ['README.md'], says: /1 file \(README\.md\).*drydock revision -m/ },
  {
    what: 'of backups and types',
    files: ['001.sql.bak', '002.sql~', '003.cjs', 'types.d.ts', '._001.sql'],
    says: /it has 5 files \(\._001\.sql, 001\.sql\.bak, …\)/,
  },
];

test('honest exit: what was seen in a folder without revisions is said, and whose it looks like', async (t) => {
  const here = place(t, { revisions: {} });
  for (const { what, files, says } of kinds) {
    rmSync(here.migrations, { recursive: true });
    for (const file of files) {
      mkdirSync(dirname(join(here.migrations, file)), { recursive: true });
      writeFileSync(join(here.migrations, file), '-- a migration\nCREATE TABLE x (y);\n');
    }
    const refused = await here.run(['upgrade']);
    assertRefusal(refused, 2, says);
    assert.doesNotMatch(refused.error, /the revisions are in/, what);
  }
});

test('honest exit: of a folder that is one level too high, the one with the revisions is named, and works', async (t) => {
  const here = place(t);
  for (const name of ['src', 'node_modules']) {
    mkdirSync(join(here.root, name));
    writeFileSync(join(here.root, name, 'main.ts'), 'export const answer = 42;\n');
  }
  const refused = await here.run(['upgrade', '--migrations', here.root]);
  assertRefusal(refused, 2, new RegExp(`the revisions are in ${here.migrations}\\.`));
  const [, advised = ''] = /--migrations (\S+)\.$/.exec(refused.error) ?? [];
  assert.equal(advised, here.migrations);
  const upgraded = await here.run(['upgrade', '--migrations', advised]);
  assert.equal(upgraded.code, 0, upgraded.stderr);
  // At the target the answer comes without a run, and must not be another one.
  assertRefusal(await here.run(['upgrade', '--migrations', here.root]), 2, /the revisions are in/);
});

test('honest exit: the advice to write the first revision leads to an upgrade', async (t) => {
  const here = place(t, { revisions: {}, sql: '' });
  assertRefusal(await here.run(['upgrade']), 2, /drydock revision -m 'what it does'/);
  assert.equal((await here.run(['revision', '-m', 'what it does'])).code, 0);
  const upgraded = await here.run(['upgrade']);
  assert.equal(upgraded.code, 0, upgraded.stderr);
});

test('honest exit: the daemon is not ready if there is no revision, and says so', async (t) => {
  const here = place(t, { revisions: itemsRevisions });
  assert.equal((await here.run(['upgrade'])).code, 0);
  for (const name of Object.keys(itemsRevisions)) rmSync(join(here.migrations, name));
  const daemon = startDrydock(['daemon', '--address', '127.0.0.1:0'], { cwd: here.root });
  const line = await daemon.logged(({ url }) => url !== undefined);
  const status = (await (await fetch(`${String(line['url'])}/status.json`)).json()) as {
    ready: boolean;
    problems: string[];
  };
  daemon.process.kill('SIGTERM');
  await daemon.finished;
  assert.equal(status.ready, false);
  assert.match(status.problems.join(), /No revisions found/);
});
