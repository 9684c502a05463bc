import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { bindable } from '../../src/operations/values.ts';
import { sqlLiteral } from '../../src/script/exact-literal.ts';
import { withParameters } from '../../src/script/inline-parameters.ts';
import { testFolder } from '../harness/files.ts';
import { runsWell } from './shell.ts';

const anyValue = fc.oneof(
  fc.double({ noNaN: true }),
  fc.float({ noNaN: true }),
  fc.integer({ min: 0, max: 10 ** 7 }).map((cents) => cents / 100),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('\0', '\r', '\n', "'", '"', ';', '-', '.', 'a') }),
  fc.uint8Array(),
);
const edges = [
  0.1,
  1 / 3,
  5e-324,
  2.2250738585072014e-308,
  Number.MAX_VALUE,
  2 ** 80,
  -0.5,
  1e22,
  1.7976931348623157e308,
];
const more = [
  '',
  'a\r\nb',
  '\0',
  'x\0y',
  'a line\r\n'.repeat(3000),
  '\0'.repeat(3000),
  -(2n ** 63n),
  2n ** 63n - 1n,
  null,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

for (const encoding of ['UTF-8', 'UTF-16le', 'UTF-16be'] as const)
  test(`the shell reads every sqlLiteral as the value that it was made of, to the bit, in ${encoding}`, (t) =>
    readsAsMade(t, encoding));

function readsAsMade(t: TestContext, encoding: string): void {
  const path = join(testFolder(t), 'a.db');
  // SQLite stores -0.0 as 0.0 whoever gives it.
  const values = [...edges, ...more, ...fc.sample(anyValue, { numRuns: 3000, seed: 7 })].filter(
    (value) => !Object.is(value, -0),
  );
  const rows = values.map((value, id) => withParameters('INSERT INTO t VALUES (?, ?);', [BigInt(id), bound(value)]));
  const create = `PRAGMA encoding = '${encoding}'; CREATE TABLE t (id INTEGER PRIMARY KEY, value);`;
  runsWell(path, [create, ...rows].join('\n'));
  const db = new Database(path, { readonly: true });
  t.after(() => db.close());
  db.exec('CREATE TEMP TABLE bound (id INTEGER PRIMARY KEY, value)');
  const insert = db.prepare('INSERT INTO temp.bound VALUES (?, ?)');
  for (const [id, value] of values.entries()) insert.run(BigInt(id), bound(value));
  const wrong = db
    .prepare(
      `SELECT id, quote(bound.value) AS bound, quote(t.value) AS read FROM temp.bound JOIN t USING (id)
         WHERE t.value IS NOT bound.value OR typeof(t.value) <> typeof(bound.value)
           OR length(CAST(t.value AS BLOB)) IS NOT length(CAST(bound.value AS BLOB))`,
    )
    .all();
  assert.deepEqual(wrong, []);
  assert.equal(db.prepare('SELECT count(*) FROM t').pluck().get(), values.length);
}

function bound(value: unknown): unknown {
  return value === null ? null : bindable(value, 'a test');
}

test('a decimal stays one where it is the number itself', () => {
  assert.deepEqual(
    [2.5, 0.25, -1.125, 3].map((value) => sqlLiteral(value)),
    ['2.5', '0.25', '(-1.125)', '(3 * 1.0)'],
  );
  assert.equal(sqlLiteral(0.1), '(3602879701896397 * 1.0 / (36028797018963968 * 1.0))');
});

test('parameters are written in by their place or their name, and not into strings and comments', () => {
  assert.equal(
    withParameters(`UPDATE t SET a = ?, "b?" = ?, c = '?:x' /* ? */ WHERE d = ?`, [1n, "it's", null]),
    `UPDATE t SET a = 1, "b?" = 'it''s', c = '?:x' /* ? */ WHERE d = NULL`,
  );
  assert.equal(
    withParameters('SELECT :a, @b, $a, ?2, ?1', [7n, 8n, { a: 'x', b: new Uint8Array([255]) }]),
    "SELECT 'x', x'ff', 'x', 8, 7",
  );
  assert.equal(withParameters('SELECT?AS a LIMIT?', [null, 5n]), 'SELECT NULL AS a LIMIT 5');
  assert.throws(() => withParameters("SELECT 'a\r\nb'", []), /drop the carriage returns in/);
});

test('a negative number behind a minus begins no comment', (t) => {
  const path = join(testFolder(t), 'a.db');
  const numbers = [-500n, -(2n ** 63n), -2.5, -1 / 3, Number.NEGATIVE_INFINITY, -0];
  const rows = numbers.map((number) => withParameters('INSERT INTO t SELECT 50 -? WHERE 1 = 0;', [number]));
  runsWell(path, ['CREATE TABLE t (value);', ...rows].join('\n'));
  const db = new Database(path, { readonly: true });
  t.after(() => db.close());
  assert.equal(db.prepare('SELECT count(*) FROM t').pluck().get(), 0);
});
