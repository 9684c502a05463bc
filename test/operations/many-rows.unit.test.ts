/** Statements that run many times, and rows that memory has no room for. The promise attacked: no lost write. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase, operationsOn } from './database.ts';
import { refused } from './refusal.ts';

const rows = (count: number) =>
  `CREATE TABLE t (id INTEGER PRIMARY KEY, v); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
   INSERT INTO t SELECT i, 'v' || i FROM n;`;

test('iterate gives each row once, whatever is written meanwhile', () => {
  const db = openDatabase(rows(2_500));
  const op = operationsOn(db);
  const seen: number[] = [];
  for (const { id } of op.iterate<{ id: number }>('SELECT id FROM t WHERE id > ? ORDER BY id DESC', 100)) {
    seen.push(id);
    op.execute('UPDATE t SET id = -id WHERE id = ?', id);
    op.execute('INSERT INTO t (id, v) VALUES (?, ?)', id + 10_000, 'new');
  }
  assert.deepEqual([seen.length, seen[0], seen.at(-1)], [2_400, 2_500, 101]);
  assert.equal(op.selectValue('SELECT count(*) FROM t'), 4_900);
  db.close();
});

test('iterate keeps values, names and types, and can be nested, left early and done twice', () => {
  const db = openDatabase(
    `${rows(3)} CREATE TABLE u (a INT, b); INSERT INTO u VALUES (9007199254740993, x'00ff'), (1.5, NULL);`,
  );
  const op = operationsOn(db);
  const all = [...op.iterate('SELECT a, b, a AS a, typeof(a) AS "the type" FROM u')];
  assert.deepEqual(all, [
    { a: 9007199254740993n, b: Buffer.from([0, 255]), 'the type': 'integer' },
    { a: 1.5, b: null, 'the type': 'real' },
  ]);
  const pairs: unknown[] = [];
  for (const { id } of op.iterate<{ id: number }>('SELECT id FROM t')) {
    for (const { a } of op.iterate<{ a: unknown }>('WITH one AS (SELECT a FROM u) SELECT a FROM one')) {
      pairs.push([id, a]);
      if (pairs.length % 2 === 1) break;
    }
  }
  assert.equal(pairs.length, 5);
  assert.deepEqual([...op.iterate('SELECT 1 WHERE false')], []);
  assert.equal(db.prepare("SELECT count(*) FROM sqlite_temp_schema WHERE name LIKE 'drydock%'").pluck().get(), 0);
  assert.throws(() => [...op.iterate('DELETE FROM t RETURNING id')], refused(/op\.iterate takes one SELECT/));
  db.close();
});

test('a statement that ran before is compiled for the schema that there is now', () => {
  const db = openDatabase(rows(1));
  const op = operationsOn(db);
  const all = () => op.select('SELECT * FROM t');
  const setText = () => op.execute('UPDATE t SET v = "x"');
  setText();
  assert.deepEqual(all(), [{ id: 1, v: 'x' }]);
  op.addColumn('t', op.column.integer('x', { default: '7' }));
  assert.deepEqual(all(), [{ id: 1, v: 'x', x: 7 }]);
  setText();
  assert.deepEqual(all(), [{ id: 1, v: 7, x: 7 }]);
  op.execute('ALTER TABLE t DROP COLUMN x');
  assert.deepEqual(all(), [{ id: 1, v: 7 }]);
  assert.throws(() =>
    op.batchAlterTable('t', (table) => {
      table.addColumn(op.column.integer('x', { default: '8' }));
      table.dropColumn('nowhere');
    }),
  );
  setText();
  assert.deepEqual(all(), [{ id: 1, v: 'x' }]);
  db.close();
});

test('a hundred texts in turn are more than are kept compiled', () => {
  const db = openDatabase('CREATE TABLE t (n);');
  const op = operationsOn(db);
  for (let turn = 0; turn < 2; turn += 1) {
    for (let n = 0; n < 100; n += 1) op.execute(`INSERT INTO t VALUES (${n} + ?)`, turn);
  }
  assert.equal(op.selectValue('SELECT sum(n) FROM t'), 10_000);
  db.close();
});
