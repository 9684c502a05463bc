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

test('a table of 2,000 columns is rebuilt, with its rowids', () => {
  const db = openDatabase(`CREATE TABLE t (${columns(2000, 'VARCHAR(3) NOT NULL DEFAULT 0')});
    INSERT INTO t (rowid, c0, c5, c1999) VALUES (-7, 'a', '5', x'00'), (9223372036854775807, '1', 'x', 1.5), (3, '', '6', '7');`);
  const rows = () =>
    ['CAST(rowid AS TEXT)', 'quote(c0)', 'quote(c5)', 'typeof(c1234)', 'quote(c1999)'].map((value) =>
      column(db, `SELECT ${value} FROM t ORDER BY rowid`),
    );
  const before = rows();
  operationsOn(db).alterColumn('t', 'c5', { type: 'TEXT' });
  assert.deepEqual(rows(), before);
  assert.deepEqual(column(db, 'SELECT count(*) FROM temp.sqlite_schema'), [0]);
  assert.throws(
    () => operationsOn(db).alterColumn('t', 'c1999', { type: 'INTEGER' }),
    /2 values of t\.c1999 would change/,
  );
  assert.deepEqual(rows(), before);
});

test('a key of 1,200 columns can be added', () => {
  const db = openDatabase(`CREATE TABLE t (${columns(1200, 'TEXT')}); INSERT INTO t DEFAULT VALUES;`);
  const add = () => operationsOn(db).createPrimaryKey(null, 't', names(1200));
  assert.throws(add, /1 row of t holds NULL/);
  db.exec(`DELETE FROM t`);
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
