import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { readStatistics } from '../../src/checks/statistics.ts';
import { DrydockError } from '../../src/errors.ts';
import { queryPort } from '../../src/files/query-port.ts';

const db = new Database(':memory:');
db.exec("CREATE TABLE comments (score REAL, platform TEXT); INSERT INTO comments VALUES (0.5, 'a'), (NULL, 'b')");

const read = (sql: string) => readStatistics(queryPort(db), [{ name: 'it', sql }])[0];

test('the value is the first column of the first row', () => {
  assert.deepEqual(read('SELECT count(*), 7 FROM comments'), { name: 'it', value: 2 });
  assert.deepEqual(read('-- why\n/* and\nhow */ WITH a AS (SELECT 1.5) SELECT * FROM a;'), { name: 'it', value: 1.5 });
  assert.deepEqual(read('SELECT max(platform) FROM comments -- newest'), { name: 'it', value: 'b' });
  assert.deepEqual(read("VALUES ('x'), ('y')"), { name: 'it', value: 'x' });
});

test('NULL and no row are null', () => {
  assert.deepEqual(read('SELECT NULL'), { name: 'it', value: null });
  assert.deepEqual(read('SELECT 1 WHERE 0'), { name: 'it', value: null });
});

test('what JSON cannot hold becomes text', () => {
  assert.equal(read('SELECT 9223372036854775807')?.value, '9223372036854775807');
  assert.equal(read('SELECT -9e999')?.value, '-Infinity');
});

const exact = (sql: string) => {
  const { value, exact: more } = read(sql) ?? { value: null };
  return [value, more];
};

test('what JSON shows alike is told apart', () => {
  assert.deepEqual(exact('SELECT 9007199254740993'), ['9007199254740993', 'number']);
  assert.deepEqual(exact("SELECT '9007199254740993'"), ['9007199254740993', undefined]);
  assert.deepEqual(exact('SELECT 9e999'), ['Infinity', 'number']);
  assert.deepEqual(exact("SELECT 'Infinity'"), ['Infinity', undefined]);
  assert.deepEqual(exact('SELECT 1'), exact('SELECT 1.0'));
  assert.deepEqual(exact("SELECT '1'"), ['1', undefined]);
  assert.deepEqual(exact("SELECT CAST(x'61ff' AS TEXT), 2 -- why"), ['a\uFFFD', '61FF']);
  assert.deepEqual(exact("WITH a AS (SELECT CAST(x'61fe' AS TEXT)) SELECT * FROM a;"), ['a\uFFFD', '61FE']);
  assert.deepEqual(exact("VALUES (CAST(x'ff' AS TEXT)), ('y')"), ['\uFFFD', 'FF']);
  assert.deepEqual(exact("SELECT 'a\uFFFD'"), ['a\uFFFD', '61EFBFBD']);
  assert.deepEqual(exact("SELECT 'a' || char(0) || 'b'"), ['a\0b', undefined]);
});

test('a table or column that is not there makes the value absent', () => {
  assert.deepEqual(read('SELECT count(*) FROM posts'), { name: 'it', value: null, absent: 'no such table: posts' });
  assert.deepEqual(read('SELECT avg(heat) FROM comments'), { name: 'it', value: null, absent: 'no such column: heat' });
});

const refused: [sql: string, why: RegExp][] = [
  ['DELETE FROM comments RETURNING 1', /not a SELECT/],
  ['WITH a AS (SELECT 1) DELETE FROM comments RETURNING 1', /does not only read/],
  ['PRAGMA locking_mode = EXCLUSIVE', /not a SELECT/],
  ["ATTACH ':memory:' AS x", /not a SELECT/],
  ['BEGIN', /not a SELECT/],
  ['', /not a SELECT/],
  ['SELECT 1; DROP TABLE comments', /more than one statement/],
  ['SELECT count(* FROM comments', /syntax error/],
  ['SELECT nofunction(1)', /no such function/],
  ['SELECT abs(-9223372036854775808)', /integer overflow/],
  ["SELECT x'00'", /blob/],
];
for (const [sql, why] of refused) {
  test(`refused: ${sql}`, () => {
    assert.throws(
      () => read(sql),
      (error) =>
        error instanceof DrydockError && error.code === 'USAGE' && error.what.includes("'it'") && why.test(error.what),
    );
    assert.equal(read('SELECT count(*) FROM comments')?.value, 2);
  });
}

test('what the connection gets wrong is not blamed on the query', () => {
  const closed = new Database(':memory:');
  closed.close();
  assert.throws(() => readStatistics(queryPort(closed), [{ name: 'it', sql: 'SELECT 1' }]), TypeError);
});
