/** `check`: what is live, what the revisions make and what is wanted, compared. */
import assert from 'node:assert/strict';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { bundledMigrations, createDatabase, productionDatabase, sqlRevision, testFolder } from '../harness/files.ts';
import { alembicAt, project, stateOf, verbsIn } from '../harness/project.ts';

interface Checked {
  readonly ok: boolean;
  readonly current: string[];
  readonly drift: { readonly differences: Named[]; readonly mild: Named[] };
  readonly pending: string[];
  readonly wanted: { readonly differences: Named[]; readonly mild: Named[] } | null;
}
interface Named {
  readonly kind: string;
  readonly name: string;
  readonly sentence: string;
}

test('the production database lacks three indexes, has its columns in another order, and five revisions to run', async (t) => {
  const folder = testFolder(t);
  const database = productionDatabase(folder, 'wal');
  const before = stateOf(folder);
  const args = ['check', '--database', database, '--migrations', bundledMigrations];
  const { run } = verbsIn(folder);
  const result = await run([...args, '--json']);
  const { ok, drift, pending, wanted } = result.json<Checked>();
  assert.deepEqual([result.code, ok, pending.length, wanted], [3, false, 5, null]);
  assert.deepEqual(
    drift.differences.map(({ sentence }) => sentence),
    ['platform', 'post_id', 'timestamp'].map((name) => `index idx_comments_${name} on comments is missing`),
  );
  assert.deepEqual(
    drift.mild.map(({ kind }) => kind),
    ['order'],
  );
  assert.match(
    (await run(args)).stdout,
    /index idx_comments_post_id .*\n.*\n {2}\(mild\) the columns of comments .*\nPending: 003/,
  );
  assert.equal(stateOf(folder), before, 'nothing was written');
});

test('drift of the database, pending revisions and a desired schema each count, and mild differences do not', async (t) => {
  const made = 'CREATE TABLE t (a INTEGER, b TEXT);';
  const it = project(t, { 'a1.sql': sqlRevision('a1', undefined, made) }, `${made} ${alembicAt('a1')}`);
  const check = async (code: number, ...flags: readonly string[]) => {
    const result = await it.run(['check', ...flags, '--json']);
    assert.equal(result.code, code, result.stderr);
    return result.json<Checked>();
  };
  const file = join(it.root, 'schema.sql');
  writeFileSync(file, 'CREATE TABLE T (b TEXT, a INTEGER);');
  const { wanted } = await check(0, '--schema', file);
  assert.deepEqual([wanted?.differences.length, wanted?.mild.map(({ kind }) => kind)], [0, ['spelling', 'order']]);
  assert.match(await it.text('check'), /has the schema that its revisions make\.\nNo revision is pending\.$/);

  writeFileSync(file, 'CREATE TABLE t (a INTEGER, b TEXT, c REAL);');
  assert.deepEqual((await check(3, '--schema', file)).wanted?.differences[0]?.sentence, 'column t.c is missing');
  assert.match(
    (await it.run(['check', '--schema', file])).stdout,
    /The revisions do not make the desired schema, .*schema\.sql; run `drydock revision --autogenerate .*`:\n {2}column t\.c is missing/,
  );
  // A pending revision that only works on rows is no hindrance where nobody asks what it makes.
  writeFileSync(
    join(it.migrations, 'b1.ts'),
    `export const revision = 'b1'; export const revises = 'a1';
     export function upgrade(op) { if (op.select('SELECT 1 FROM t').length === 0) throw new Error('no rows'); }
     export function downgrade() {}`,
  );
  assert.deepEqual((await check(3)).pending, ['b1']);
  assert.match(await it.fails(20, 'check', '--schema', file), /no rows \(replayed in memory/);
});

test('a desired schema that cannot be read is not taken for the database', async (t) => {
  const it = project(t, { 'a1.sql': sqlRevision('a1', undefined, '') }, alembicAt('a1'));
  const wanted = join(it.root, 'wanted.db');
  writeFileSync(wanted, 'SQLite format 3\0garbage');
  const garbage = await it.fails(2, 'check', '--schema', wanted);
  assert.match(garbage, /^The desired schema, \S+wanted\.db, cannot be read: .* is not a SQLite database/);
  assert.match(garbage, /Check --schema/);
  assert.doesNotMatch(garbage, /--database|restore/i);
  appendFileSync(join(it.root, 'config/drydock.yaml'), `schema_command: cp ${wanted} "$DRYDOCK_SCHEMA_DATABASE"\n`);
  const made = await it.run(['check']);
  assert.equal(made.code, 2, made.stderr);
  assert.match(made.error, /^The desired schema, made by .*Check `schema_command`/);

  rmSync(wanted);
  const writer = new Database(createDatabase(wanted, 'delete', 'CREATE TABLE t (a);'));
  writer.exec('BEGIN EXCLUSIVE');
  assert.match(
    await it.fails(11, 'check', '--schema', wanted),
    /^The desired schema, \S+wanted\.db, .*locked.*Try again/,
  );
  writer.close();
});

test('-x reaches the revisions that are replayed', async (t) => {
  const named = `export const revision = 'a1';
    export function upgrade(op) { op.createTable(op.arguments.table, op.column.integer('n')); }
    export function downgrade() {}`;
  const it = project(t, { 'a1.mjs': named }, 'CREATE TABLE mine (n INTEGER);');
  const args = ['-x', 'table=mine'];
  assert.match(await it.fails(4, 'stamp', 'a1', '-x', 'table=other'), /table other is missing/);
  await it.text('stamp', 'a1', ...args);
  await it.text('check', '--schema', it.database, ...args);
  const autogenerate = ['revision', '--autogenerate', '-m', 'x', '--schema', it.database];
  assert.match(await it.text(...autogenerate, ...args), /^Nothing to do/);
  assert.match(await it.text('downgrade', 'a1:base', '--sql', ...args), /downgrade of a1/);
});

test('check names the trouble of a history that does not fit', async (t) => {
  const it = project(t, { 'a1.sql': sqlRevision('a1', undefined, '') }, alembicAt('z9'));
  assert.match(await it.fails(4, 'check'), /at revision 'z9', which no revision file has/);
});

test("other tools' tables, and those that the config names, are no drift, no reason to refuse a stamp and no change", async (t) => {
  const made = 'CREATE TABLE t (a INTEGER, b TEXT);';
  const others = `CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER); CREATE TABLE django_migrations (id);
    CREATE VIRTUAL TABLE t_fts USING fts5 (b); CREATE TABLE keep (n); INSERT INTO keep VALUES (1);
    CREATE TRIGGER t_ai AFTER INSERT ON t BEGIN INSERT INTO t_fts (b) VALUES (new.b); END;`;
  const it = project(t, { 'a1.sql': sqlRevision('a1', undefined, made) }, `${made} ${others}`);
  assert.match(await it.fails(4, 'stamp', 'a1'), /keep.*t_fts/s);
  appendFileSync(join(it.root, 'config/drydock.yaml'), 'ignore_tables: [t_fts*, keep]\n');
  await it.text('stamp', 'a1');
  const { drift, wanted } = await it.json<Checked>('check', '--schema', it.database);
  assert.deepEqual([drift.differences, wanted?.differences], [[], []]);
  assert.match(await it.text('revision', '--autogenerate', '-m', 'x', '--schema', it.database), /^Nothing to do/);

  // Rows are another matter: those of a table that is not compared are counted and kept like all others.
  writeFileSync(join(it.migrations, 'b1.sql'), sqlRevision('b1', 'a1', 'DELETE FROM keep;'));
  assert.match(await it.fails(21, 'upgrade'), /keep lost 1 row/);
});
