/** `--sql`: the script, run by the stock shell, against the run that it stands for. */
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { bundledMigrations, productionDatabase, sqlRevision, testFolder } from '../harness/files.ts';
import { alembicAt, project, stateOf, verbsIn } from '../harness/project.ts';
import { assertSame, scriptFor, table, withoutShell } from './helpers-script.ts';
import { runScript, runsWell } from './shell.ts';

test('the production database comes to the same by script as by a run, up, down and stamped', async (t) => {
  const folder = testFolder(t);
  const database = productionDatabase(folder, 'delete');
  const { run } = verbsIn(folder);
  const it = {
    database,
    run: (args: readonly string[]) => run([...args, '--database', database, '--migrations', bundledMigrations]),
  };
  const before = stateOf(folder);
  assert.equal((await it.run(['upgrade', '--sql'])).code, 0);
  assert.equal(stateOf(folder), before, 'nothing was written');
  const script = await assertSame(it, 'upgrade');
  const again = runScript(database, script);
  assert.equal(again.code, 1);
  assert.match(
    again.stderr,
    /CHECK constraint failed: the database is not at 002_weighted_sentiment, where this script begins/,
  );
  await assertSame(it, 'downgrade', '004', '--yes');
  await assertSame(it, 'stamp', '005', '--force');
  await assertSame(it, 'stamp', '004', '--purge', '--force');
  assert.equal((await it.run(['upgrade', '004', '--sql'])).stdout, '-- Nothing is pending at 004_indexes.\n');
});

const operations = `
  import { Buffer } from 'node:buffer';
  export const revision = 'b1';
  export const revises = 'a1';
  export const expect = { up: { named: 'dropped' }, down: { renamed: 'dropped' } };
  export function upgrade(op) {
    op.execute('UPDATE t SET note = ? WHERE id = 1', 'a\\0b\\r\\nc');
    op.execute('UPDATE t SET note = :note, price = :price WHERE id = 2', { note: "it's; -- no comment", price: 0.1 + 0.2 });
    op.bulkInsert('t', [
      { id: 9007199254740993n, note: Buffer.from([0, 255]), kind: 'd', price: 1e300 },
      { id: -5, note: null, kind: 'e', price: 2.5 },
    ]);
    // Fills what it needs from rows that a replay has not got.
    op.execute("INSERT INTO t (id, kind) VALUES (50, NULL); UPDATE t SET kind = (SELECT max(kind) FROM t) WHERE id = 50");
    op.updateInBatches('t', { set: { kind: 'upper(kind)' }, where: 'id > 0', batchSize: 1 });
    try {
      op.batchAlterTable('t', (batch) => { batch.addColumn(op.column.text('lost', { nullable: false })); batch.dropColumn('none'); });
    } catch {
      op.addColumn('t', op.column.text('found', { default: "(lower(hex('a')))" }));
    }
    op.renameTable('named', 'renamed');
    op.batchAlterTable('t', (batch) => {
      batch.alterColumn('kind', { nullable: false });
      batch.createCheckConstraint('dear', 'price > -1');
      batch.alterColumn('price', { newName: 'cost' });
    });
    op.alterColumn('t', 'cost', { type: 'NUMERIC', using: 'CAST(cost AS NUMERIC)' });
    if (op.hasTable('t') && op.selectValue("SELECT count(*) FROM sqlite_schema WHERE name = 'by_kind'") === 1)
      op.dropIndex('by_kind');
    op.dropConstraint('positive', 'w');
    op.alterColumn('w', 'b', { nullable: true });
    op.createView('dear', 'SELECT id FROM t WHERE cost > 1');
    op.execute('CREATE TRIGGER log AFTER INSERT ON t BEGIN UPDATE t SET kind = 1; SELECT 1; END; -- the end');
  }
  export function downgrade(op) {
    op.renameTable('renamed', 'named');
    op.dropTrigger('log');
    op.dropView('dear');
    op.dropConstraint('dear', 't');
    op.alterColumn('t', 'kind', { nullable: true });
    op.alterColumn('t', 'cost', { type: 'REAL', newName: 'price', using: 'CAST(cost AS REAL)' });
    op.dropColumn('t', 'found');
    op.createIndex('by_kind', 't', ['kind']);
  }`;

test('every operation comes to the same by script: values, rebuilds, counters, one UPDATE for a backfill', async (t) => {
  const files = {
    'a1.sql': sqlRevision('a1', undefined, table, 'DROP TABLE t;'),
    'b1.mjs': operations,
    'c1.sql': sqlRevision('c1', 'b1', 'VACUUM;', 'VACUUM;', '-- transaction: false'),
  };
  const rows =
    "INSERT INTO t (note, kind) VALUES (1, 'a'), (2, 'b'), (3, 'c'); CREATE TABLE named (n); INSERT INTO named VALUES (1); ANALYZE;";
  const it = project(
    t,
    files,
    `${table} ${rows} CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)); INSERT INTO alembic_version VALUES ('a1');`,
  );
  const script = await assertSame(it, 'upgrade');
  assert.equal(script.match(/upper\(kind\)/g)?.length, 1);
  assert.doesNotMatch(script, /lost/);
  assert.match(script, /COMMIT;[\s\S]*VACUUM;/);
  await assertSame(it, 'downgrade', 'a1', '--yes');
});

test('a script fails where op.requireSchema finds another table than when it was written', async (t) => {
  const table = 'CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT)';
  const { it, script } = await scriptFor(t, '', `op.requireSchema('p', ['${table}']); op.execute('DELETE FROM p');`);
  const changed = `${it.database}.changed`;
  copyFileSync(it.database, changed);
  const db = new Database(changed);
  db.exec("ALTER TABLE p ADD COLUMN extra TEXT DEFAULT 'it''s'; INSERT INTO p (id) VALUES (1)");
  db.close();
  const { code, stderr } = runScript(changed, script);
  assert.equal(code, 1, script);
  assert.match(stderr, /p, its indexes or triggers have changed/);
  runsWell(it.database, script);
});

test('a script runs with the newest SQLite too', async (t) => {
  const it = project(t, { 'a1.sql': sqlRevision('a1', undefined, 'CREATE TABLE t (n);') }, alembicAt());
  const db = new Database(it.database);
  t.after(() => db.close());
  db.exec(withoutShell(await it.text('upgrade', '--sql')));
  assert.equal(db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 't'").pluck().get(), 1);
});

test('SQL that takes a newer SQLite than the shell may be is told of before anything else', async (t) => {
  const revision = sqlRevision('a1', undefined, 'CREATE TABLE t (a);', 'DROP TABLE t;');
  const newer = sqlRevision('b1', 'a1', 'ALTER TABLE t ALTER COLUMN a SET NOT NULL;');
  const it = project(t, { 'a1.sql': revision, 'b1.sql': newer });
  assert.doesNotMatch(await it.text('upgrade', 'a1', '--sql'), /sqlite_version/);
  const { code, stderr } = runScript(it.database, await it.text('upgrade', '--sql'));
  assert.ok(code === 0 || /requires SQLite 3\.53 or newer/.test(stderr), stderr);
});

test('a script does not begin at a revision that only the database could tell', async (t) => {
  const it = project(t, { 'a1.sql': sqlRevision('a1', undefined, 'CREATE TABLE t (a);', 'DROP TABLE t;') }, '');
  await it.text('upgrade');
  for (const range of ['current:base', 'current-1:base', '+1:base']) {
    assert.match(
      await it.fails(2, 'downgrade', range, '--sql'),
      /begin at '.*': .*does not read the database.* Omit the start address/,
    );
  }
  assert.match(await it.text('downgrade', 'base', '--sql'), /DROP TABLE t;/, 'where the database is');
});
