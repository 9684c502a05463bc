/** `--sql`: the script, run by the stock shell, against the run that it stands for. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { dumpWithVersion } from '../harness/dump.ts';
import { bundledMigrations, productionDatabase, sqlRevision, testFolder } from '../harness/files.ts';
import { alembicAt, type Project, project, stateOf, verbsIn } from '../harness/project.ts';
import { runScript, runsWell } from './shell.ts';

/** Everything that the database holds, but for what no two runs have alike: ids, times and the snapshot. */
function everything(path: string): string {
  const db = new Database(path, { readonly: true });
  try {
    const history = db
      .prepare('SELECT id, revision, direction, checksum, tool_version, result FROM drydock_history ORDER BY id')
      .all();
    return [dumpWithVersion(path), ...history.map((row) => JSON.stringify(row))].join('\n');
  } finally {
    db.close();
  }
}

/** Runs a verb on a database, and its script on a copy of it; both must come to the same. */
async function assertSame(
  { run, database }: Pick<Project, 'run' | 'database'>,
  ...args: readonly string[]
): Promise<string> {
  const copy = `${database}.copy`;
  copyFileSync(database, copy);
  const { code, stdout: script, stderr } = await run([...args, '--sql']);
  assert.equal(code, 0, stderr);
  runsWell(copy, script);
  const online = await run(args);
  assert.equal(online.code, 0, online.stderr);
  assert.equal(everything(copy), everything(database), args.join(' '));
  return script;
}

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
const table = `CREATE TABLE t (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- the key
  note, kind TEXT, price REAL
); CREATE INDEX by_kind ON t (kind);
CREATE TABLE w (a INTEGER /* dropped with it */ CONSTRAINT positive CHECK (a > 0), b TEXT /* so is this */ NOT NULL);`;

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

/** A project whose database is at a1, and what its script for b1 does there. */
async function scriptFor(t: TestContext, rows: string, body: string): Promise<{ it: Project; script: string }> {
  const b1 = `export const revision = 'b1'; export const revises = 'a1';
    export function upgrade(op) { ${body} }
    export function downgrade() {}`;
  const tables = 'CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT); CREATE TABLE c (p REFERENCES p (id));';
  const it = project(t, { 'a1.sql': sqlRevision('a1', undefined, tables), 'b1.mjs': b1 }, '');
  await it.text('upgrade', 'a1');
  const db = new Database(it.database);
  db.pragma('foreign_keys = OFF');
  db.exec(rows);
  db.close();
  return { it, script: await it.text('upgrade', '--sql') };
}

test('what a run would refuse makes the script fail with the reason, and nothing is changed', async (t) => {
  const cases: [rows: string, body: string, error: RegExp][] = [
    [
      'INSERT INTO p VALUES (1, NULL)',
      "op.alterColumn('p', 'n', { nullable: false });",
      /rows of p hold NULL in n, which becomes NOT NULL/,
    ],
    [
      "INSERT INTO p VALUES (1, '007')",
      "op.alterColumn('p', 'n', { type: 'INTEGER' });",
      /values of p would change with their types/,
    ],
    [
      "INSERT INTO p VALUES (1, 'x')",
      "op.addColumn('p', op.column.text('m', { nullable: false }));",
      /would have no value in the new column m/,
    ],
    [
      'INSERT INTO p VALUES (1, NULL); INSERT INTO c VALUES (1)',
      "op.execute('DELETE FROM p');",
      /left rows that refer to missing rows/,
    ],
    ['INSERT INTO p VALUES (1, NULL)', "op.execute('INSERT INTO p VALUES (1, 2)');", /UNIQUE constraint failed/],
  ];
  for (const [rows, body, error] of cases) {
    const { it, script } = await scriptFor(t, rows, body);
    const before = everything(it.database);
    const { code, stderr } = runScript(it.database, script);
    assert.equal(code, 1, script);
    assert.match(stderr, error);
    assert.equal(everything(it.database), before, body);
  }
  // Rows that referred to nothing before are no fault of the revisions.
  const orphans = await scriptFor(t, 'INSERT INTO c VALUES (9)', "op.execute('INSERT INTO p VALUES (1, 2)');");
  runsWell(orphans.it.database, orphans.script);
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

test('a script makes no table anew that is not the one that it was written from', async (t) => {
  const { it, script } = await scriptFor(
    t,
    "INSERT INTO p VALUES (1, 'x'); CREATE INDEX p_n ON p (n); CREATE TRIGGER p_log\r\n AFTER INSERT ON p BEGIN SELECT 1; END;",
    "op.alterColumn('p', 'n', { nullable: false }); op.alterColumn('p', 'n', { type: 'VARCHAR(5)' });",
  );
  const drifts = [
    "ALTER TABLE p ADD COLUMN extra TEXT; UPDATE p SET extra = 'precious'",
    'CREATE INDEX p_more ON P (n)',
    'CREATE TRIGGER p_more AFTER DELETE ON p BEGIN SELECT 1; END',
    'DROP INDEX p_n; CREATE INDEX p_n ON p (n DESC)',
    'DROP TRIGGER p_log',
  ];
  for (const drift of drifts) {
    const drifted = `${it.database}.drifted`;
    copyFileSync(it.database, drifted);
    const db = new Database(drifted);
    db.exec(drift);
    db.close();
    const before = everything(drifted);
    const { code, stderr } = runScript(drifted, script);
    assert.equal(code, 1, drift);
    assert.match(stderr, /table p, its indexes or its triggers differ from those that this script was written for/);
    assert.equal(everything(drifted), before, drift);
  }
  runsWell(it.database, script);
});

test('a table that has its own name before a column of a CHECK is made anew by script too', async (t) => {
  const alter = `export const revision = 'a1'; export const revises = null;
    export function upgrade(op) { op.alterColumn('users', 'age', { default: '22' }); } export function downgrade() {}`;
  const users = 'CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, age INT CHECK ("users"."age" > 21));';
  const it = project(t, { 'a1.mjs': alter }, `${alembicAt()} ${users} INSERT INTO users VALUES (7, 30); ANALYZE;`);
  await assertSame(it, 'upgrade');
});

test('rows that broke a CHECK before hinder a script as little as a run', async (t) => {
  const it = project(t, { 'a1.sql': sqlRevision('a1', undefined, 'CREATE TABLE more (n);') }, alembicAt());
  const db = new Database(it.database);
  db.exec(
    'CREATE TABLE people (age CHECK (age < 150)); PRAGMA ignore_check_constraints = ON; INSERT INTO people VALUES (999);',
  );
  db.close();
  await assertSame(it, 'upgrade');
});

test('a script runs with the newest SQLite too', async (t) => {
  const it = project(t, { 'a1.sql': sqlRevision('a1', undefined, 'CREATE TABLE t (n);') }, alembicAt());
  const db = new Database(it.database);
  t.after(() => db.close());
  db.exec(withoutShell(await it.text('upgrade', '--sql')));
  assert.equal(db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 't'").pluck().get(), 1);
});

/** A script for Drydock's own SQLite, which the stock shell may be much older than. */
function withoutShell(script: string): string {
  return script.replace(/^[.].*$/gm, '');
}

test('an FTS4 index that lagged behind its table before hinders a script as little as a run', async (t) => {
  const it = project(t, { 'a1.sql': sqlRevision('a1', undefined, 'CREATE TABLE more (n);') }, alembicAt());
  const db = new Database(it.database).unsafeMode();
  t.after(() => db.close());
  db.exec(`CREATE TABLE notes (text); CREATE VIRTUAL TABLE search USING fts4(text, content='notes');
    INSERT INTO notes VALUES ('a')`);
  // Not with the shell, which may be older than the check of these indexes.
  const script = withoutShell(await it.text('upgrade', '--sql'));
  db.exec(`${script.replace(/^COMMIT;/m, 'ROLLBACK;')}; CREATE VIRTUAL TABLE own USING fts4(text);
    INSERT INTO own VALUES ('a'); UPDATE own_content SET c0text = 'b'`);
  assert.throws(() => db.exec(script), /the integrity check failed after the revisions/);
});

test('a deferred revision that was edited before a script ran it is not edited after it', async (t) => {
  const vacuum = (sql: string) => sqlRevision('a1', undefined, sql, '', '-- transaction: false');
  const it = project(t, { 'a1.sql': vacuum('VACUUM;') }, alembicAt());
  assert.equal((await it.run(['upgrade'])).code, 0);
  const db = new Database(it.database);
  db.exec("UPDATE drydock_history SET result = 'deferred'");
  db.close();
  writeFileSync(join(it.migrations, 'a1.sql'), vacuum('VACUUM; ANALYZE;'));
  runsWell(it.database, (await it.run(['upgrade', '--sql'])).stdout);
  const after = await it.run(['upgrade']);
  assert.equal(after.code, 0, after.stderr);
  assert.match(after.stdout, /^Nothing is pending/);
});

test('SQL that takes a newer SQLite than the shell may be is told of before anything else', async (t) => {
  const revision = sqlRevision('a1', undefined, 'CREATE TABLE t (a);', 'DROP TABLE t;');
  const newer = sqlRevision('b1', 'a1', 'ALTER TABLE t ALTER COLUMN a SET NOT NULL;');
  const it = project(t, { 'a1.sql': revision, 'b1.sql': newer });
  assert.doesNotMatch(await it.text('upgrade', 'a1', '--sql'), /sqlite_version/);
  const { code, stderr } = runScript(it.database, await it.text('upgrade', '--sql'));
  assert.ok(code === 0 || /requires SQLite 3\.53 or newer/.test(stderr), stderr);
});

test('a script can begin anywhere, without a database', async (t) => {
  const folder = testFolder(t);
  const database = join(folder, 'made.db');
  const { run } = verbsIn(folder);
  const args = ['--database', database, '--migrations', bundledMigrations];
  const script = async (...verb: readonly string[]) => (await run([...verb, '--sql', ...args])).stdout;
  const scripts = [
    await script('upgrade', '002'),
    await script('upgrade', '002:head'),
    await script('downgrade', 'head:004'),
    await script('stamp', '004:base'),
  ];
  assert.equal(existsSync(database), false);
  for (const text of scripts) runsWell(database, text);
  const db = new Database(database, { readonly: true });
  t.after(() => db.close());
  assert.equal(db.prepare('SELECT count(*) FROM alembic_version').pluck().get(), 0);
  assert.equal(db.prepare("SELECT count(*) FROM pragma_table_info('comments')").pluck().get(), 18);
  const { from, to, steps } = (await run(['upgrade', '005:006', '--sql', '--json', ...args])).json();
  assert.deepEqual(
    [from, to, steps],
    [['005_ingest_source'], ['006_post_url_text'], [{ id: '006_post_url_text', direction: 'up' }]],
  );
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

test('what cannot be written down is refused in one line that names the revision and the way out', async (t) => {
  const module = (body: string) =>
    `export const revision = 'b1'; export const revises = 'a1'; export function upgrade(op) { ${body} } export function downgrade() {}`;
  const it = project(t, { 'a1.sql': sqlRevision('a1', undefined, 'CREATE TABLE t (a);'), 'b1.mjs': '' });
  const write = (name: string, text: string) => writeFileSync(join(it.migrations, name), text);
  write('b1.mjs', module("op.selectColumn('SELECT a FROM t');"));
  assert.match(
    await it.fails(20, 'upgrade', '--sql'),
    /upgrade of revision b1 failed at \S+b1\.mjs:1: op\.select reads rows, .*Run it online, without --sql/,
  );
  const refused: [body: string, error: RegExp][] = [
    ["op.selectValue('INSERT INTO t VALUES (1) RETURNING a');", /op\.select changes rows/],
    [
      "op.execute('INSERT INTO t VALUES (1)'); op.selectValue('SELECT last_insert_rowid()');",
      /asks what happened to rows/,
    ],
    ["op.execute('DELETE FROM t'); op.selectOne('SELECT 1 + Changes() AS n');", /asks what happened to rows/],
    [
      "const n = op.updateInBatches('t', { set: { a: '1' } }); if (n > 0) op.execute('SELECT 1');",
      /uses the number of rows that op\.updateInBatches of t changes/,
    ],
    [
      "op.execute('INSERT INTO t VALUES (?)', op.updateInBatches('t', { set: { a: '1' } }));",
      /uses the number of rows that op\.updateInBatches of t changes/,
    ],
  ];
  for (const [body, error] of refused) {
    write('b1.mjs', module(body));
    const told = await it.fails(20, 'upgrade', '--sql');
    assert.match(told, error);
    assert.match(told, /Run it online, without --sql/);
  }
  write('b1.mjs', module("op.execute('SELECT 1'); op.selectValue('SELECT max(1, 2)');"));
  assert.match(await it.text('upgrade', '--sql'), /upgrade of b1/);
  write('b1.mjs', `export const transaction = false; ${module("op.execute('DELETE FROM t')")}`);
  assert.match(await it.fails(2, 'upgrade', '--sql'), /Revision b1 says transaction: false .*Run it online/);
  assert.match(await it.fails(2, 'upgrade', 'a1:', '--sql'), /'a1:' is no range/);
  assert.match(await it.fails(2, 'upgrade', 'a1:b1'), /range 'a1:b1' was given without --sql/);
  assert.equal(existsSync(it.database), false);
});
