import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptStatements } from '../../src/engine/statement-log.ts';

test('however many statements run, a bounded number of them is kept and the others are counted', () => {
  const alike = keptStatements();
  for (let n = 0; n < 100_000; n += 1) alike.ran('INSERT INTO t VALUES (?)');
  assert.deepEqual(alike.result(), { sql: [{ sql: 'INSERT INTO t VALUES (?)', times: 100_000 }], leftOut: 0 });

  const different = keptStatements();
  for (let n = 0; n < 100_000; n += 1) different.ran(`INSERT INTO t VALUES (${n})`);
  const { sql, leftOut } = different.result();
  assert.deepEqual([sql.length, leftOut], [200, 99_800]);
  assert.deepEqual(sql[199], { sql: 'INSERT INTO t VALUES (199)', times: 1 });
  // Like the last one that was kept, and yet not next to it.
  different.ran('INSERT INTO t VALUES (199)');
  assert.deepEqual(different.result(), { sql, leftOut: 99_801 });
});

test('a long statement is cut, and never taken for another one that begins alike', () => {
  const kept = keptStatements();
  const long = `SELECT '${'x'.repeat(3_000)}`;
  for (const end of ["a'", "a'", "b'"]) kept.ran(long + end);
  const { sql } = kept.result();
  assert.deepEqual(
    sql.map(({ times }) => times),
    [2, 1],
  );
  assert.match(String(sql[0]?.sql), /^SELECT 'x{1992}… \(1,010 more characters\)$/);
});

test('what an operation ran and rolled back is not kept', () => {
  const kept = keptStatements();
  for (const sql of ['a', 'b', 'b', 'b', 'c']) kept.ran(sql);
  kept.undone(3);
  kept.ran('d');
  assert.deepEqual(kept.result().sql, [
    { sql: 'a', times: 1 },
    { sql: 'b', times: 1 },
    { sql: 'd', times: 1 },
  ]);

  const full = keptStatements();
  for (let n = 0; n < 300; n += 1) full.ran(`statement ${n}`);
  full.undone(150);
  full.ran('after');
  const { sql, leftOut } = full.result();
  assert.deepEqual([sql.length, sql.at(-1)?.sql, leftOut, full.count()], [151, 'after', 0, 151]);
});
