/** `drydock plan`: what a run would do, beside what the run then does. */

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import type { Preview } from '../../src/plan/previewed.ts';
import { drydock } from '../harness/drydock.ts';
import { bundledMigrations, journalModes, productionDatabase, sqlRevision, testFolder } from '../harness/files.ts';
import { alembicAt, project, stateOf } from '../harness/project.ts';
import { noDatabaseAt } from '../harness/sentences.ts';

/** The steps of a plan with each operation and each touched table in a few words. */
function inShort({ steps }: Preview): string[] {
  return steps.flatMap(({ id, direction, operations, tables }) => [
    `${direction} ${id}`,
    ...operations.map(({ operation, table, method, line }) => `${operation} ${table}: ${method}, line ${line}`),
    ...tables.map(({ table, rows, work }) => `${table} ${rows}: ${work}`),
  ]);
}

for (const mode of journalModes) {
  test(`a plan tells what the upgrade then does, and writes nothing (${mode})`, async (t) => {
    const folder = testFolder(t);
    const database = productionDatabase(folder, mode);
    const before = stateOf(folder);
    const args = ['--database', database, '--migrations', bundledMigrations];
    const [text, json] = await Promise.all([drydock(['plan', ...args]), drydock(['plan', ...args, '--json'])]);
    assert.deepEqual([text.code, text.stderr, json.code, json.stderr], [0, '', 0, '']);
    assert.equal(stateOf(folder), before);

    const plan = json.json<Preview>();
    assert.deepEqual(inShort(plan), [
      'up 003_engagement_score',
      'comments 609: schema',
      'up 004_indexes',
      'comments 609: index',
      'up 005_ingest_source',
      'addColumn comments: in place, line 12',
      'alterColumn comments: in place, line 14',
      'comments 609: schema,rows',
      'up 006_post_url_text',
      'alterColumn comments: rebuild, line 8',
      'comments 609: rebuild',
      'up 007_entity_tracking',
    ]);
    const { outcome, from, to, stopped, space, estimatedSeconds, unfinishedRun } = plan;
    assert.deepEqual(
      { outcome, from, to, stopped, unfinishedRun },
      {
        outcome: 'pending',
        from: ['002_weighted_sentiment'],
        to: ['007_entity_tracking'],
        stopped: null,
        unfinishedRun: false,
      },
    );
    const bytes = plan.steps[0]?.tables[0]?.bytes ?? 0;
    assert.ok(bytes > space.databaseBytes / 2 && bytes < space.databaseBytes, `${bytes} of ${space.databaseBytes}`);
    assert.ok(space.neededBytes >= 2 * space.databaseBytes && space.freeBytes > 0 && estimatedSeconds > 0);
    assert.match(text.stdout, /^ {2}alterColumn +comments +rebuild +SQLite cannot change a declared type in place$/m);
    assert.match(text.stdout, /^ {2}CREATE INDEX idx_comments_sentiment ON comments \(sentiment_score\);$/m);

    const upgraded = await drydock(['upgrade', ...args, '--json']);
    const { steps } = upgraded.json<{ steps: { id: string; direction: string }[] }>();
    assert.deepEqual(
      steps.map(({ id, direction }) => [id, direction]),
      plan.steps.map(({ id, direction }) => [id, direction]),
    );
    const after = await drydock(['plan', ...args]);
    assert.deepEqual([after.code, after.stdout], [0, `Nothing is pending: ${database} is at 007_entity_tracking.\n`]);
  });
}

const columnByCode = `export const revision = 'b1'; export const revises = 'a1';
export function upgrade(op) {
  for (const table of ['filled', 'empty']) op.addColumn(table, op.column.text('at', { default: 'CURRENT_TIMESTAMP' }));
  op.execute('UPDATE filled SET n = 1 WHERE x = :x', { x: op.arguments.x ?? 'none' });
}
export function downgrade(op) { op.dropColumn('filled', 'at'); op.dropColumn('empty', 'at'); }`;

test('whether an operation is done in place depends on rows that are there, and -x reaches the revisions', async (t) => {
  const sql = "CREATE TABLE filled (n, x); CREATE TABLE empty (n); INSERT INTO filled VALUES (x'00ff', NULL), (2, '');";
  const trigger = "CREATE TRIGGER never AFTER INSERT ON filled BEGIN SELECT raise(ABORT, 'a row'); END;";
  const files = {
    'a1.sql': sqlRevision('a1', undefined, ''),
    'b1.ts': columnByCode,
  };
  const it = project(t, files, `${alembicAt('a1')}${sql}${trigger}`);
  const plan = await it.json<Preview>('plan', 'b1', '-x', "x=it's");
  assert.deepEqual(inShort(plan), [
    'up b1',
    'addColumn filled: rebuild, line 3',
    'addColumn empty: in place, line 3',
    'empty 0: schema',
    'filled 2: rebuild,rows',
  ]);
  assert.deepEqual(plan.steps[0]?.statements.at(-1)?.parameters, ["x = 'it''s'"]);
  await it.text('upgrade', '-x', 'x=1');
  assert.deepEqual(inShort(await it.json<Preview>('plan', '--down', '-1')), [
    'down b1',
    'dropColumn filled: in place, line 6',
    'dropColumn empty: in place, line 6',
    'empty 0: schema',
    'filled 2: schema',
  ]);
  const { losses } = await it.json<Preview>('plan', '--down', '-1');
  assert.deepEqual(losses, [{ revision: 'b1', table: 'filled', column: 'at', rows: 2 }]);
  assert.match(
    await it.text('plan', '--down', '-1'),
    /^It loses data: column filled\.at with 2 values \(revision b1\)\.$/m,
  );
  assert.match(await it.fails(2, 'plan', '--down'), /A downgrade needs a target/);
});

test('a drop with rows that its revision does not announce is told of as the failure that it would be', async (t) => {
  const files = {
    'a1.sql': sqlRevision('a1', undefined, ''),
    'b1.ts': `export const revision = 'b1';\nexport const revises = 'a1';
export function upgrade(op) {\n  op.dropTable('filled');\n}\nexport function downgrade(op) {}\n`,
    'c1.sql': sqlRevision('c1', 'b1', '-- expect: rows late dropped\nDROP TABLE late;'),
  };
  const it = project(
    t,
    files,
    `${alembicAt('a1')}CREATE TABLE filled (n); INSERT INTO filled VALUES (1), (2); CREATE TABLE late (n); INSERT INTO late VALUES (1);`,
  );
  const { unannounced } = await it.json<Preview>('plan');
  const announcement = "export const expect = { up: { filled: 'dropped' } };";
  assert.deepEqual(unannounced, [{ revision: 'b1', table: 'filled', rows: 2, announcement }]);
  assert.match(
    await it.text('plan'),
    /^It would fail \(21\): revision b1 drops filled with 2 rows and does not announce it; /m,
  );
  assert.match(await it.fails(21, 'upgrade'), /filled is gone/);
  writeFileSync(join(it.migrations, 'b1.ts'), `${files['b1.ts']}${announcement}\n`);
  assert.doesNotMatch(await it.text('plan'), /It would fail/);
  await it.text('upgrade');
});

test('a revision that mends rows which break a CHECK or NOT NULL can be planned', async (t) => {
  const mend = 'UPDATE checked SET n = 1 WHERE n <= 0; UPDATE filled SET n = 0 WHERE n IS NULL;';
  const files = { 'a1.sql': sqlRevision('a1', undefined, ''), 'b1.sql': sqlRevision('b1', 'a1', mend) };
  const it = project(t, files, alembicAt('a1'));
  const db = new Database(it.database).unsafeMode();
  db.exec(`
    CREATE TABLE checked (id INTEGER PRIMARY KEY, n INT CHECK (n > 0));
    CREATE TABLE filled (id INTEGER PRIMARY KEY, n INT);
    PRAGMA ignore_check_constraints = ON;
    INSERT INTO checked VALUES (1, -1);
    INSERT INTO filled VALUES (1, NULL), (2, 2);
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = 'CREATE TABLE filled (id INTEGER PRIMARY KEY, n INT NOT NULL)' WHERE name = 'filled';`);
  db.close();
  assert.deepEqual(inShort(await it.json<Preview>('plan')), ['up b1', 'checked 1: rows', 'filled 2: rows']);
  await it.text('upgrade');
});

test('a plan ends where a revision cannot be run in memory, and says so', async (t) => {
  const files = {
    'a1.sql': sqlRevision('a1', undefined, 'CREATE TABLE t (n);'),
    'b1.ts': `export const revision = 'b1'; export const revises = 'a1';
export function upgrade(op) { if (op.selectValue('SELECT count(*) FROM t') < 2) throw new Error('too few rows'); }
export function downgrade() {}`,
    'c1.sql': sqlRevision('c1', 'b1', 'DELETE FROM t;'),
  };
  const it = project(t, files, `${alembicAt('a1')}CREATE TABLE t (n); INSERT INTO t VALUES (1), (2);`);
  mkdirSync(`${it.database}.drydock`);
  writeFileSync(join(`${it.database}.drydock`, 'run.json'), '{}');
  const plan = await it.json<Preview>('plan');
  assert.deepEqual([plan.outcome, plan.steps, plan.stopped?.id, plan.unfinishedRun], ['pending', [], 'b1', true]);
  assert.match(plan.stopped?.why ?? '', /b1\.ts:2: too few rows/);
  assert.equal(plan.stopped?.certain, false);
  assert.match(
    await it.text('plan'),
    /^Steps from b1 on could not be simulated .*too few rows\. `drydock rehearse` runs it on a copy/m,
  );
});

test('a full-text index of another table is dropped without a loss, one with text of its own is told of as the run would', async (t) => {
  const index =
    "CREATE TABLE t (body); CREATE VIRTUAL TABLE ft USING fts5(body, content=t); INSERT INTO ft VALUES ('a');";
  const own = "CREATE VIRTUAL TABLE own USING fts5(body); INSERT INTO own VALUES ('a word');";
  const files = {
    'a1.sql': sqlRevision('a1', undefined, ''),
    'b1.sql': sqlRevision('b1', 'a1', 'DROP TABLE ft;'),
    'c1.sql': sqlRevision('c1', 'b1', 'DROP TABLE own;'),
  };
  const it = project(t, files, `${alembicAt('a1')}${index}INSERT INTO t VALUES ('a');${own}`);
  const { losses, unannounced } = await it.json<Preview>('plan');
  assert.deepEqual(
    [losses, unannounced].map((each) => each.map(({ table, rows }) => [table, rows])),
    [[['own', 1]], [['own', 1]]],
  );
  await it.text('upgrade', 'b1');
  await it.fails(21, 'upgrade');
});

const fails: Readonly<Record<string, readonly [body: string, says: RegExp]>> = {
  'a column that does not exist': ['UPDATE t SET nope = 1;', /no such column: nope/],
  'a table that exists': ['CREATE TABLE t (n);', /table t already exists/],
  'a syntax error': ['CREAT TABLE b (n);', /near "CREAT": syntax error/],
  'a new column that no row can have': ['ALTER TABLE t ADD COLUMN o NOT NULL;', /Cannot add a NOT NULL column/],
};

for (const [what, [body, says]] of Object.entries(fails)) {
  test(`honest exit: a plan of an upgrade that is certain to fail says so and ends as the upgrade does: ${what}`, async (t) => {
    const files = {
      'a1.sql': sqlRevision('a1', undefined, ''),
      'b1.sql': sqlRevision('b1', 'a1', 'CREATE TABLE b (n);'),
      'c1.sql': sqlRevision('c1', 'b1', body),
    };
    const it = project(t, files, `${alembicAt('a1')}CREATE TABLE t (n); INSERT INTO t VALUES (1), (2);`);
    const plan = await it.run(['plan']);
    assert.equal(plan.code, 20);
    assert.match(plan.stdout, /^It would fail \(20\): The upgrade of revision c1 failed at .*c1\.sql:4: /m);
    assert.match(plan.stdout, says);
    const { ok, steps, stopped } = (await it.run(['plan', '--json'])).json<Preview & { ok: boolean }>();
    assert.deepEqual([ok, steps.map(({ id }) => id), stopped?.id, stopped?.certain], [false, ['b1'], 'c1', true]);
    await it.fails(20, 'upgrade');
  });
}

test('honest exit: a plan of a downgrade that cannot run ends with 20, and so does the downgrade', async (t) => {
  const refuses = `export const revision = 'c1'; export const revises = 'b1'; export function upgrade() {}
export function downgrade(op) { op.cannotDowngrade('the names are gone'); }`;
  const files = {
    'a1.sql': sqlRevision('a1', undefined, ''),
    'b1.sql': sqlRevision('b1', 'a1', '', 'DROP TABLE nope;'),
    'c1.ts': refuses,
  };
  const it = project(t, files, alembicAt('b1'));
  for (const said of [/no such table: nope/, /the names are gone/]) {
    const plan = await it.run(['plan', '--down', '-1']);
    assert.equal(plan.code, 20);
    assert.match(plan.stdout, said);
    await it.fails(20, 'downgrade', '-1', '--yes');
    await it.text('upgrade');
  }
});

test('a plan has the findings of the linter for its revisions, and that of an index on a big table', async (t) => {
  const rows =
    'INSERT INTO t WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 1000000) SELECT n, n FROM c;';
  const it = project(
    t,
    {
      'a1.sql': sqlRevision('a1', undefined, 'CREATE TABLE t (n, m);'),
      'b1.sql': sqlRevision('b1', 'a1', 'CREATE INDEX t_n ON t (n);\nUPDATE t SET m = 1;', 'DROP INDEX t_n;'),
      'b2.sql': sqlRevision(
        'b2',
        'b1',
        'ALTER TABLE t ADD COLUMN o NOT NULL DEFAULT 1;\nDELETE FROM t;',
        '',
        '-- lint: ignore write-without-where a cache',
      ),
    },
    `${alembicAt('a1')}CREATE TABLE t (n, m);${rows}`,
  );
  const { steps } = await it.json<Preview>('plan');
  assert.deepEqual(
    steps.flatMap(({ findings }) => findings.map(({ rule, revision, line }) => [rule, revision, line])),
    [
      ['write-without-where', 'b1', 5],
      ['index-on-big-table', 'b1', 4],
    ],
  );
  assert.deepEqual(
    steps.flatMap(({ suppressed }) => suppressed.map(({ rule, reason }) => [rule, reason])),
    [['write-without-where', 'a cache']],
  );
  assert.match(
    await it.text('plan'),
    /Look at this first:\n {2}migrations\/b1\.sql:5: this overwrites m in every row of t \(write-without-where\)\n/,
  );
});

test('who looks ahead in the wrong direction is told how to look in the other one', async (t) => {
  const revision = sqlRevision('a1', undefined, '');
  const it = project(t, { 'a1.sql': revision, 'b1.sql': sqlRevision('b1', 'a1', '') }, alembicAt('a1'));
  for (const verb of ['plan', 'rehearse', 'upgrade']) {
    const error = await it.fails(2, verb, '-1');
    for (const proposed of ['downgrade -1', 'plan --down -1', 'rehearse --down -1'])
      assert.match(error, new RegExp(`\`drydock ${proposed}\``));
  }
  const error = await it.fails(2, 'plan', '--down', '+1');
  for (const proposed of ['upgrade +1', 'plan +1', 'rehearse +1'])
    assert.ok(error.includes(`\`drydock ${proposed}\``), error);
  await Promise.all([it.text('plan', '--down', '-1'), it.text('plan', '+1')]);
});

test('a plan ends as the run would where database and files do not belong together, and makes no database', async (t) => {
  const it = project(t, { 'a1.sql': sqlRevision('a1', undefined, '') }, alembicAt('z9'));
  assert.match(await it.fails(4, 'plan'), /z9/);
  assert.match(await it.fails(2, 'plan', '--database', join(it.root, 'none.db')), noDatabaseAt);
  const db = new Database(it.database);
  db.exec('DELETE FROM alembic_version');
  db.close();
  assert.match(await it.fails(2, 'plan', 'nowhere'), /Can't locate revision/);
  writeFileSync(
    it.database,
    'no database at all, but text that is long enough to be taken for a header of one'.repeat(20),
  );
  assert.match(await it.fails(13, 'plan'), /is not a SQLite database/);
});
