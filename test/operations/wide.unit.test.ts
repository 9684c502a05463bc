/** Tables as wide as SQLite allows: nothing that grows with the columns may meet another of its limits first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queryPort } from '../../src/files/query-port.ts';
import { sampleRows } from '../../src/plan/live-tables.ts';
import { anyOf, everyOf } from '../../src/schema/conditions.ts';
import { column, openDatabase, operationsOn } from './database.ts';

const names = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`);
const columns = (count: number, rest: string) =>
  names(count)
    .map((name) => `${name} ${rest}`)
    .join(', ');

test('a table of 1,100 columns is rebuilt', () => {
  const db = openDatabase(
    `CREATE TABLE t (${columns(1100, 'VARCHAR(3)')}); INSERT INTO t (c0, c1099) VALUES ('a', '007')`,
  );
  operationsOn(db).alterColumn('t', 'c5', { type: 'TEXT' });
  assert.deepEqual(column(db, 'SELECT c0 || c1099 FROM t'), ['a007']);
  assert.throws(
    () => operationsOn(db).alterColumn('t', 'c1099', { type: 'INTEGER' }),
    /1 value of t\.c1099 would change/,
  );
});

test('a key of 1,200 columns can be added', () => {
  const db = openDatabase(`CREATE TABLE t (${columns(1200, 'TEXT')}); INSERT INTO t DEFAULT VALUES;`);
  const add = () => operationsOn(db).createPrimaryKey(null, 't', names(1200));
  assert.throws(add, /1 row of t holds NULL/);
  db.exec(
    `UPDATE t SET ${names(1200)
      .map((name) => `${name} = 'x'`)
      .join(', ')}; INSERT INTO t SELECT * FROM t`,
  );
  assert.throws(add, /violate the new definition: UNIQUE constraint failed: .* 1 key is there more than once/);
  db.exec('DELETE FROM t WHERE rowid > 1');
  add();
  assert.deepEqual(column(db, "SELECT count(*) FROM pragma_table_info('t') WHERE pk > 0"), [1200]);
});

test('2,000 conditions are one expression', () => {
  const db = openDatabase(`CREATE TABLE t (${columns(2000, '')}); INSERT INTO t (c0, c1999) VALUES (1, 1)`);
  const count = (condition: string) => column(db, `SELECT count(*) FROM t WHERE ${condition}`);
  assert.deepEqual(count(anyOf(names(2000).map((name) => `${name} = 1`))), [1]);
  assert.deepEqual(count(everyOf(names(2000).map((name) => `coalesce(${name}, 1) = 1`))), [1]);
  assert.deepEqual(count(everyOf(names(2000).map((name) => `${name} IS NULL`))), [0]);
});

test('a sample row is found in a table of 2,000 columns that are NOT NULL', () => {
  const db = openDatabase(`CREATE TABLE t (${columns(2000, 'NOT NULL DEFAULT 1')}); INSERT INTO t (c0) VALUES (2)`);
  const all = (sql: string, ...params: unknown[]) => db.prepare(sql).all(...params) as Record<string, unknown>[];
  assert.equal(sampleRows({ ...queryPort(db), all }).length, 1);
});
