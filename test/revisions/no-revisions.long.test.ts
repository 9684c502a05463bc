/** A folder in which no revision is found is not a database at which nothing is pending. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';

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
    files: ['001.sql.bak', '002.sql~', '003.cjs.map', 'types.d.ts', '._001.sql'],
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
