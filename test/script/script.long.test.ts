/** `--sql`: the script, run by the stock shell, against the run that it stands for. */

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { bundledMigrations, sqlRevision, testFolder } from '../harness/files.ts';
import { alembicAt, project, verbsIn } from '../harness/project.ts';
import { nothingPending } from '../harness/sentences.ts';
import { assertSame, everything, scriptFor, withoutShell } from './helpers-script.ts';
import { runScript, runsWell } from './shell.ts';

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
  assert.match(after.stdout, nothingPending);
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
  assert.match(await it.fails(2, 'upgrade', 'a1:', '--sql'), /'a1:' is not a range/);
  assert.match(await it.fails(2, 'upgrade', 'a1:b1'), /range 'a1:b1' was given without --sql/);
  assert.equal(existsSync(it.database), false);
});
