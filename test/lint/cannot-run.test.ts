/** honest exit: what is certain to fail is a finding with its line; rows are blamed only if rows can be the reason. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Body, lint, lintResult, module, start } from './helpers-lint.ts';

const certain: Readonly<Record<string, readonly [bodies: readonly (Body | string)[], found: readonly string[]]>> = {
  'a misspelt verb': [[start, ['CREAT TABLE b (x);']], ['r1.sql:4 cannot-run']],
  'text without an end': [[start, ['CREATE TABLE b (x']], ['r1.sql:4 cannot-run']],
  'a table that exists': [[start, ['CREATE TABLE T (x);']], ['r1.sql:4 cannot-run']],
  'a table that does not': [[start, ['\nINSERT INTO u VALUES (1);']], ['r1.sql:5 cannot-run']],
  'a column that exists': [[start, ['ALTER TABLE t ADD COLUMN a;']], ['r1.sql:4 cannot-run']],
  'a column that does not': [[start, ['ALTER TABLE t RENAME COLUMN nope TO b;']], ['r1.sql:4 cannot-run']],
  'a primary key that is dropped': [
    [start, ['ALTER TABLE t DROP COLUMN id;']],
    ['r1.sql:4 destructive-change', 'r1.sql:4 cannot-run'],
  ],
  'a function that SQLite does not have': [[start, ['SELECT now();']], ['r1.sql:4 cannot-run']],
  'more values than columns': [[start, ['INSERT INTO t VALUES (1, 2, 3);']], ['r1.sql:4 cannot-run']],
  'a rename under a view that is broken': [
    [start, ['CREATE VIEW v AS SELECT nope FROM t;'], ['ALTER TABLE t RENAME COLUMN a TO b;']],
    ['r2.sql:4 cannot-run'],
  ],
  'every syntax error of a file and of later ones': [
    [
      start,
      ['CREAT TABLE b (x);\nINSERT INTO b VALUES (1);\nALTER TABLE t ADD COLUMN c INT PRIMARY;'],
      ['DROP TABEL t;'],
    ],
    ['r1.sql:4 cannot-run', 'r1.sql:6 cannot-run', 'r2.sql:4 cannot-run'],
  ],
  'a downgrade that cannot run': [[start, ['CREATE TABLE b (x);', 'DROP TABLE c;']], ['r1.sql:6 down cannot-run']],
  'an operation on a column that does not exist': [
    [start, module("\n  op.dropColumn('t', 'nope');")],
    ['r1.ts:4 cannot-run'],
  ],
  'SQL of a module': [[start, module("op.execute('SELEKT 1');")], ['r1.ts:3 cannot-run']],
  'SQL of the downgrade of a module': [
    [start, module("op.execute('CREATE TABLE b (x)');", "op.execute('DROP TABLE nope');")],
    ['r1.ts:6 down cannot-run'],
  ],
  'a statement of a module that no revision may contain': [
    [start, module("op.execute('COMMIT');")],
    ['r1.ts:3 cannot-run'],
  ],
};

for (const [what, [bodies, found]] of Object.entries(certain)) {
  test(`${what} is found, with its line`, async (t) => {
    const all = await lint(t, ...bodies);
    assert.deepEqual(
      all.filter((one) => !one.includes(' note: ')),
      found,
    );
    assert.ok(!all.some((one) => one.includes('without rows')), all.join('\n'));
  });
}

const byRows: Readonly<Record<string, readonly (Body | string)[]>> = {
  'a constraint': [
    ['CREATE TABLE t (a NOT NULL);', 'DROP TABLE t;'],
    ['INSERT INTO t VALUES ((SELECT max(a) FROM t));'],
  ],
  'a module that reads rows': [
    start,
    module("op.execute('ALTER TABLE ' + op.selectValue('SELECT a FROM t') + ' ADD COLUMN x');"),
  ],
  'an error of the module itself': [start, module("throw new Error('no rows');")],
  'a value that a function refuses': [start, ["SELECT json_extract(ifnull((SELECT a FROM t), '{'), '$.x');"]],
};

for (const [what, bodies] of Object.entries(byRows)) {
  test(`${what} may fail for lack of rows alone, and is a note`, async (t) => {
    const all = await lint(t, ...bodies);
    assert.equal(all.length, 1, all.join('\n'));
    assert.match(all[0] ?? '', /^r1\.\w+ note: the upgrade could not be run without rows: .*r1\.\w+:\d/);
  });
}

test('what comes after a revision that fails is checked by what is known, and one note says so', async (t) => {
  const later: readonly Body[] = [
    ['CREATE TABLE w (x); CREATE INDEX w_x ON w (x);', 'DROP INDEX w_x;'],
    ['INSERT INTO b VALUES (1);', 'DELETE FROM b WHERE x = 1;'],
    ['CREATE INDEX b_x ON b (x);', 'DROP INDEX b_x;'],
    ['DROP TABLE IF EXISTS b;', 'CREATE TABLE b (x);'],
  ];
  const [first, second, third, ...notes] = await lint(t, start, ['CREAT TABLE b (x);', 'DROP TABLE b;'], ...later);
  assert.deepEqual(
    [first, second, third],
    ['r1.sql:4 cannot-run', 'r2.sql:null down downgrade-differs', 'r5.sql:4 destructive-change'],
  );
  assert.equal(notes.length, 1, notes.join('\n'));
  assert.match(
    notes[0] ?? '',
    /^r1\.sql note: .* after this revision, which did not run to its end; r3 and 1 more failed: .*r3\.sql:4/,
  );
});

test('a revision without a body may stand for what another tool did: nothing after it is blamed for what is missing', async (t) => {
  const all = await lint(
    t,
    [''],
    ['INSERT INTO users VALUES (1);'],
    ['DROP TABLE IF EXISTS old;', 'SELECT 1;'],
    ['SELEC 1;'],
  );
  const found = ['r0.sql:null empty-revision', 'r2.sql:4 destructive-change', 'r3.sql:4 cannot-run'];
  assert.deepEqual(all.slice(0, 3), found);
  assert.equal(all.length, 4, all.join('\n'));
  assert.match(all[3] ?? '', /^r0\.sql note: .*which has no body; r1 failed: /);
});

test("tables of SQLite's own and of the bookkeeping may be there: what needs them is a note", async (t) => {
  for (const sql of [
    'DELETE FROM sqlite_stat1 WHERE idx = 1;',
    "UPDATE alembic_version SET version_num = 'x' WHERE 0;",
  ]) {
    const all = await lint(t, start, [sql]);
    assert.equal(all.length, 1, all.join('\n'));
    assert.match(all[0] ?? '', /^r1\.sql note: the upgrade could not be run in memory: /);
  }
});

test('the line that a module is advised to add is one that a module can have', async (t) => {
  const vacuum = module("op.execute('VACUUM');");
  const { findings } = await lintResult(t, start, vacuum);
  const [, advised = ''] = /`(export const .*?)`/.exec(findings[0]?.message ?? '') ?? [];
  assert.notEqual(advised, '');
  assert.deepEqual(await lint(t, start, `${advised}\n${vacuum}`), []);
});

test('a module that reads rows casts doubt on what it names, and on nothing else', async (t) => {
  const reads = module(
    "if (op.selectValue('SELECT count(*) FROM t') > 0) op.execute('ALTER TABLE t ADD COLUMN late');",
  );
  const all = await lint(
    t,
    start,
    reads,
    ['UPDATE t SET late = 1 WHERE id = 1;'],
    ['UPDATE t SET nope = 1 WHERE id = 1;'],
  );
  assert.equal(all[0], 'r3.sql:4 cannot-run');
  assert.match(all[1] ?? '', /^r1\.ts note: .*which reads rows; r2 failed: /);
  assert.equal(all.length, 2);
});

test('lint goes on after a module that ends the transaction, and leaves nothing of it behind', async (t) => {
  const ends = module(
    "try { op.execute('INSERT OR ROLLBACK INTO t VALUES (1, 1), (1, 1)'); } catch {}\nop.execute('SELECT 1');",
  );
  const all = await lint(t, start, ends, ['CREATE TABLE w (x); CREATE INDEX w_x ON w (x);', 'DROP INDEX w_x;']);
  assert.equal(all[0], 'r2.sql:null down downgrade-differs');
  assert.match(all[1] ?? '', /^r1\.ts note: the upgrade could not be run without rows/);
});
