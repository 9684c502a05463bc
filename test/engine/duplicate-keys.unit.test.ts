/** A UNIQUE that the rows do not satisfy: the error says how many keys are double, and which. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { guardedPort } from '../../src/engine/guarded-port.ts';
import { createOperations, type Operations } from '../../src/operations/operations.ts';

const people = `
  CREATE TABLE people (id INTEGER PRIMARY KEY, mail TEXT, team INT, "odd ""name""" BLOB);
  INSERT INTO people VALUES (1, 'a', 1, x'00'), (2, 'a', 1, x'00'), (3, 'a', 2, NULL), (4, 'B', 1, NULL), (5, 'b', 2, NULL),
    (6, NULL, 3, 1), (7, NULL, 3, 1.0), (8, 'c', 4, '1'), (9, 'd', 5, 2), (10, 'd', 6, 3);`;

type Work = string | ((op: Operations) => void);

const cases: readonly [what: string, work: Work, says: RegExp | 'nothing'][] = [
  [
    'an index in SQL',
    'CREATE UNIQUE INDEX i ON people (mail)',
    /2 keys are .* in 5 rows: 'a' in 3 rows, 'd' in 2 rows$/,
  ],
  [
    'an index with a collation',
    'CREATE UNIQUE INDEX main.i ON people (mail COLLATE NOCASE)',
    /3 keys are .* in 7 rows: 'a' in 3 rows, '[bB]' in 2 rows, 'd' in 2 rows$/,
  ],
  [
    'an index with an order',
    'CREATE UNIQUE INDEX i ON people (mail DESC) WHERE id < 6',
    /1 key is .* in 3 rows: 'a' in 3 rows$/,
  ],
  [
    'an index on several columns',
    'CREATE UNIQUE INDEX i ON people (mail, team)',
    /1 key is .* in 2 rows: \('a', 1\) in 2 rows$/,
  ],
  [
    'an index on an expression',
    'CREATE UNIQUE INDEX i ON people (team % 2, id > 0)',
    /2 keys are .* in 10 rows: \(1, 1\) in 6 rows, \(0, 1\) in 4 rows$/,
  ],
  [
    'an index on a column with an odd name',
    'CREATE UNIQUE INDEX i ON people ("odd ""name""")',
    /2 keys are .*: 1 in 2 rows, x'00' in 2 rows$/,
  ],
  [
    'an index with text in double quotes',
    'CREATE UNIQUE INDEX i ON people (team) WHERE mail = "a"',
    /1 key is .* in 2 rows: 1 in 2 rows$/,
  ],
  [
    'op.createIndex',
    (op) => op.createIndex('i', 'people', ['team'], { unique: true }),
    /i: UNIQUE .*3 keys are .* in 7 rows: 1 in 3 rows, 2 in 2 rows, 3 in 2 rows$/,
  ],
  [
    'op.createUniqueConstraint',
    (op) => op.createUniqueConstraint('u', 'people', ['mail']),
    /2 keys are .* in 5 rows: 'a' in 3 rows, 'd' in 2 rows$/,
  ],
  [
    'op.createPrimaryKey',
    (op) =>
      op.batchAlterTable('people', (table) => {
        table.dropConstraint(op.constraint.primaryKey(['id']));
        table.createPrimaryKey(null, ['team']);
      }),
    /3 keys are .* in 7 rows/,
  ],
  [
    'op.addColumn',
    (op) => op.addColumn('people', op.column.text('code', { unique: true, default: "'x'" })),
    /1 key is .* in 10 rows: 'x' in 10 rows$/,
  ],
  [
    'op.addColumn with a default NULL',
    (op) => op.addColumn('people', op.column.text('code', { unique: true })),
    'nothing',
  ],
  [
    'a rebuild by hand',
    `CREATE TABLE n (id INTEGER PRIMARY KEY, mail TEXT UNIQUE COLLATE NOCASE); INSERT INTO n SELECT id, mail FROM people`,
    /3 keys are .* in 7 rows/,
  ],
  [
    'a rebuild by hand, of some columns',
    `CREATE TABLE n (id INTEGER PRIMARY KEY, team INT, mail TEXT, UNIQUE (mail, team)); WITH p AS (SELECT * FROM people) INSERT INTO n (mail, team) SELECT mail, team FROM p ORDER BY id`,
    /1 key is .*: \('a', 1\) in 2 rows$/,
  ],
  [
    'values',
    `CREATE TABLE n (mail TEXT PRIMARY KEY); INSERT INTO n VALUES ('x'), ('y'), ('x')`,
    /1 key is .*: 'x' in 2 rows$/,
  ],
  [
    'a row that is there already',
    `CREATE TABLE n (mail TEXT PRIMARY KEY); INSERT INTO n VALUES ('x'); INSERT INTO n VALUES ('x')`,
    /UNIQUE constraint failed: n\.mail$/,
  ],
  [
    'an UPDATE',
    'CREATE UNIQUE INDEX i ON people (id, mail); UPDATE people SET id = 1 WHERE id = 2',
    /UNIQUE constraint failed: people\.id$/,
  ],
];

for (const [what, work, says] of cases) {
  test(`honest exit: double rows under ${what}`, () => {
    if (says === 'nothing') assert.doesNotThrow(() => run(people, work));
    else
      assert.throws(
        () => run(people, work),
        ({ what: said, message }: Error & { what?: string }) =>
          says.test(said ?? message) || assert.fail(said ?? message),
      );
  });
}

test('double values are shown in one short line, without what a terminal obeys', () => {
  const rows = `CREATE TABLE t (v); INSERT INTO t VALUES (x'${'ab'.repeat(900)}'), ('${'é'.repeat(900)}'), ('it''s\n\x1b[2J\u202e'), (9007199254740993), (0.5);
    INSERT INTO t SELECT v FROM t;`;
  const said = (order: string) => {
    try {
      run(rows, `CREATE UNIQUE INDEX i ON t (v) WHERE ${order}`);
    } catch (error) {
      return String(error).split(': ').slice(2).join(': ');
    }
    return assert.fail('it succeeded');
  };
  assert.match(said('1'), /^t\.v; 5 keys are there more than once, in 10 rows: .* in 2 rows and 2 others$/);
  assert.equal(said("typeof(v) IN ('integer', 'real')").split(': ')[1], '0.5 in 2 rows, 9007199254740993 in 2 rows');
  assert.equal(said("typeof(v) = 'blob'").split(': ')[1], `x'${'ab'.repeat(20)}…' in 2 rows`);
  assert.equal(said("v LIKE 'it%'").split(': ')[1], "'it''s\\u{a}\\u{1b}[2J\\u{202e}' in 2 rows");
  assert.equal(said("v LIKE 'é%'").split(': ')[1], `'${'é'.repeat(40)}…' in 2 rows`);
});

function run(schema: string, work: Work): void {
  const db = new Database(':memory:');
  try {
    db.pragma('foreign_keys = OFF');
    db.exec(schema);
    db.exec('BEGIN');
    const port = guardedPort(db, 'transaction', 'test');
    if (typeof work === 'string') for (const sql of work.split('; ')) port.run(sql);
    else work(createOperations(port, { arguments: {} }));
  } finally {
    db.close();
  }
}
