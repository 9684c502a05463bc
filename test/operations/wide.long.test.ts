/** A table as wide as SQLite allows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { column, openDatabase, operationsOn } from './database.ts';

test('a table of 2,000 columns is rebuilt, with its rowids', () => {
  const names = Array.from({ length: 2000 }, (_, index) => `c${index}`);
  const db = openDatabase(`CREATE TABLE t (${names.map((name) => `${name} VARCHAR(3) NOT NULL DEFAULT 0`).join(', ')});
    INSERT INTO t (rowid, c0, c5, c1999) VALUES (-7, 'a', '5', x'00'), (9223372036854775807, '1', 'x', 1.5), (3, '', '6', '007');`);
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
    /1 value of t\.c1999 would change if its type became INTEGER: '007' to 7/,
  );
  assert.deepEqual(rows(), before);
});
