/** Upgrade, downgrade and stamp along branches, with real runs: what alembic_version holds is what Alembic would write. */

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { dump, versions } from '../harness/dump.ts';
import { sqlRevision } from '../harness/files.ts';
import { alembicAt, branched, project, stateOf, tableRevision } from '../harness/project.ts';
import { nothingPending } from '../harness/sentences.ts';
import { type Report, tables } from './helpers-runs.ts';

const stepsOf = ({ steps }: Report) => steps.map(({ id, direction }) => `${direction} ${id}`).join(', ');

for (const mode of ['persist', 'truncate']) {
  test(`a journal that journal_mode ${mode} keeps is nobody's transaction: the start writes nothing`, async (t) => {
    const it = project(t, { 'a1.sql': tableRevision('a1', undefined) }, alembicAt('a1'));
    const application = new Database(it.database);
    t.after(() => application.close());
    application.pragma(`journal_mode = ${mode}`);
    application.exec('CREATE TABLE more (a)');
    assert.ok(existsSync(`${it.database}-journal`));
    assert.match(await it.text('upgrade'), nothingPending);
    assert.ok(!existsSync(`${it.database}.drydock`));
  });
}

test('branches that depend on each other and are merged go up and down as in Alembic', async (t) => {
  const it = project(t, { ...branched, 'm1.sql': tableRevision('m1', 'b1, c2') }, '');
  const walk: [args: string[], steps: string, rows: string[]][] = [
    [['upgrade', 'right'], 'up a1, up c1', ['c1']],
    // c2 depends on b1 of the other branch, and so m1 needs it in any case.
    [['upgrade'], 'up b1, up c2, up m1', ['m1']],
    [['downgrade', 'b1'], 'down m1', ['c2']],
    [['downgrade', 'right@-1'], 'down c2', ['b1', 'c1']],
    [['downgrade', 'base'], 'down c1, down b1, down a1', []],
  ];
  for (const [args, steps, rows] of walk) {
    const report = await it.json<Report>(...args);
    assert.deepEqual([stepsOf(report), report.to, versions(it.database)], [steps, rows, rows], args.join(' '));
  }
  assert.deepEqual(tables(it.database), []);
});

test('two heads are an error that shows how to merge them, and nothing is touched', async (t) => {
  const it = project(t, branched, alembicAt('a1'));
  const before = stateOf(it.root);
  assert.match(
    await it.fails(2, 'upgrade'),
    /Multiple head revisions are present for given argument 'head': b1, c2\..*drydock merge b1 c2 -m/,
  );
  assert.match(
    await it.fails(2, 'upgrade', '+1'),
    /'\+1' is ambiguous, because several revisions follow 'a1': b1, c1.*b1@\+1/,
  );
  assert.match(await it.fails(2, 'downgrade', 'c1'), /'c1' is not a valid downgrade target from current revision a1/);
  assert.match(await it.fails(2, 'upgrade', 'nowhere@head'), /No such branch: 'nowhere'/);
  assert.equal(stateOf(it.root), before);
});

test('an upgrade to an older revision says that nothing was done and that a downgrade is meant', async (t) => {
  const it = project(
    t,
    { 'a1.sql': tableRevision('a1', undefined), 'a2.sql': tableRevision('a2', 'a1') },
    alembicAt('a2'),
  );
  const before = stateOf(it.root);
  assert.equal(
    await it.text('upgrade', 'a1'),
    `Nothing was done: ${it.database} is at a2, which is newer than a1. An upgrade never goes back; to go back: \`drydock downgrade a1\``,
  );
  const { outcome, olderTarget } = await it.json<{ outcome: string; olderTarget: boolean }>('upgrade', 'base');
  assert.deepEqual([outcome, olderTarget], ['nothing-pending', true]);
  assert.match(await it.text('upgrade'), /^Nothing is pending: /);
  assert.equal(stateOf(it.root), before, 'nothing was written');
});

test('a stamp says whether the database has the schema of its targets, and one that is false takes --force', async (t) => {
  interface Stamped extends Report {
    readonly schema: { readonly differences: { sentence: string }[]; readonly mild: { kind: string }[] } | null;
  }
  const files = {
    'a1.sql': sqlRevision('a1', undefined, 'CREATE TABLE t (a INTEGER, b TEXT); CREATE INDEX by_b ON t (b);'),
    'b1.sql': sqlRevision('b1', 'a1', 'ALTER TABLE t ADD COLUMN c REAL;'),
  };
  const it = project(t, files, 'CREATE TABLE t (b TEXT, a INTEGER);');
  const before = dump(it.database);
  assert.match(
    await it.fails(4, 'stamp', 'b1'),
    /does not have the schema of b1: column t\.c is missing; index by_b on t is missing\. The database is unchanged\..*--force/,
  );
  assert.equal(dump(it.database), before);
  const db = new Database(it.database);
  db.exec('CREATE INDEX by_b ON t (b)');
  db.close();
  const { schema } = await it.json<Stamped>('stamp', 'a1');
  assert.deepEqual([schema?.differences, schema?.mild.map(({ kind }) => kind)], [[], ['order']]);
  const forced = await it.json<Stamped>('stamp', 'b1', '--force');
  assert.deepEqual(
    forced.schema?.differences.map(({ sentence }) => sentence),
    ['column t.c is missing'],
  );
  writeFileSync(
    join(it.migrations, 'c1.mjs'),
    `export const revision = 'c1'; export const revises = 'b1';
     export function upgrade(op) { if (op.selectValue('SELECT count(*) FROM t') === 0) throw new Error('no rows'); }
     export function downgrade() {}`,
  );
  assert.match(await it.fails(4, 'stamp', 'c1'), /has the schema of c1 cannot be told: .*no rows .*--force/);
  assert.deepEqual((await it.json<Stamped>('stamp', 'c1', '--force')).schema, null);
  // Claims nothing that was not claimed before.
  assert.deepEqual((await it.json<Stamped>('stamp', 'current')).schema, null);
  assert.match(await it.fails(4, 'stamp', 'base'), /schema of base, .*: table t is there and should not be/);
});

test('ensure-version makes the version table where it is missing, and does nothing otherwise', async (t) => {
  const it = project(t, branched, 'CREATE TABLE mine (n INTEGER);');
  assert.match(await it.text('ensure-version'), /^Created the table alembic_version in \S+app\.db, empty, in \d+ ms\./);
  const db = new Database(it.database, { readonly: true });
  const sql = db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'alembic_version'").pluck().get();
  db.close();
  assert.equal(
    sql,
    'CREATE TABLE alembic_version (\n\tversion_num VARCHAR(32) NOT NULL, \n\tCONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n)',
  );
  const before = stateOf(it.root);
  const { outcome } = await it.json<{ outcome: string }>('ensure-version');
  assert.equal(outcome, 'nothing-pending');
  assert.equal(stateOf(it.root), before);
});

test('-x reaches TypeScript revisions as op.arguments, on the way up and down', async (t) => {
  const it = project(t, {}, 'CREATE TABLE said (key TEXT, value TEXT);');
  const write =
    'for (const [key, value] of Object.entries(op.arguments)) op.execute("INSERT INTO said VALUES (?, ?)", key, value);';
  writeFileSync(
    join(it.migrations, 'a1.ts'),
    `export const revision = 'a1';\nexport function upgrade(op) { ${write} }\nexport function downgrade(op) { ${write} }\n`,
  );
  assert.match(await it.fails(2, 'upgrade', '-x', '=b'), /-x '=b' has no key/);
  await it.text('upgrade', '-x', 'tenant=north=east', '-x', 'dry-run', '-x', '__proto__=1', 'head');
  await it.text('downgrade', '-x', 'tenant=a', '-x', 'tenant=b', 'base');
  const db = new Database(it.database, { readonly: true });
  const rows = db.prepare('SELECT key, value FROM said ORDER BY rowid').raw().all();
  db.close();
  assert.deepEqual(rows, [
    ['tenant', 'north=east'],
    ['dry-run', ''],
    ['__proto__', '1'],
    ['tenant', 'b'],
  ]);
});
