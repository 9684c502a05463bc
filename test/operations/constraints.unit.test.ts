/** Constraints made and dropped, in place or by a rebuild, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Constraint } from '../../src/operations/constraint.ts';
import type { Operations } from '../../src/operations/operations.ts';
import { column, dump, openDatabase, operationsOn } from './database.ts';
import { toldOperations } from './notes.ts';
import { refused } from './refusal.ts';

const table = `CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE); INSERT INTO p VALUES (1, 'x');
  CREATE TABLE t (a INTEGER, b TEXT -- the b
  ); INSERT INTO t VALUES (1, 'x'), (2, 'y');`;

type Made = readonly [
  make: (op: Operations) => void,
  sql: string,
  which: string | Constraint,
  made: string,
  dropped: string,
];

const constraints: readonly Made[] = [
  [(op) => op.createUniqueConstraint('u', 't', ['a', 'b']), 'CONSTRAINT u UNIQUE (a, b)', 'U', 'rebuild', 'rebuild'],
  [(op) => op.createCheckConstraint('c', 't', 'a > 0'), 'CONSTRAINT c CHECK (a > 0)', 'c', 'in place', 'in place'],
  [
    (op) => op.createCheckConstraint(null, 't', "b <> ')'"),
    "CHECK (b <> ')')",
    { kind: 'check', name: null, condition: "B <> ')'" },
    'in place',
    'rebuild',
  ],
  [
    (op) => op.createForeignKey('f', 't', 'p', ['b'], ['code'], { onUpdate: 'cascade' }),
    'CONSTRAINT f FOREIGN KEY (b) REFERENCES p (code) ON UPDATE CASCADE',
    'f',
    'rebuild',
    'in place',
  ],
  [
    (op) => op.createForeignKey(null, 't', 'p', ['a'], []),
    'FOREIGN KEY (a) REFERENCES p',
    { kind: 'foreignKey', name: null, columns: ['A'], referredTable: 'P', referredColumns: [] },
    'rebuild',
    'rebuild',
  ],
  [
    (op) => op.createPrimaryKey(null, 't', ['a']),
    'PRIMARY KEY (a)',
    { kind: 'primaryKey', name: null, columns: ['a'] },
    'rebuild',
    'rebuild',
  ],
];

for (const [make, sql, which, made, dropped] of constraints) {
  test(`a constraint is made and dropped again: ${sql}`, () => {
    const db = openDatabase(table);
    const before = dump(db);
    const { op, notes } = toldOperations(db);
    make(op);
    assert.deepEqual(column(db, "SELECT sql FROM sqlite_schema WHERE name = 't'"), [
      `CREATE TABLE t (a INTEGER, b TEXT -- the b\n  , ${sql})`,
    ]);
    op.dropConstraint(which, 't');
    op.dropConstraint(which, 't', { ifExists: true });
    assert.deepEqual(
      notes.map(({ method }) => method),
      [made, dropped],
    );
    // SQLite takes the blanks before a constraint with it, which end the comment here, or the comment itself.
    const comment = /\s*(-- the b)?\s*\)$/;
    const withoutComment = (sql: string | null | undefined) => sql?.replace(comment, ')');
    assert.equal(withoutComment(dump(db).schema['table t on t']), withoutComment(before.schema['table t on t']));
    assert.deepEqual(dump(db).rows, before.rows);
  });
}

const wrong: readonly (readonly [work: (op: Operations) => void, pattern: RegExp])[] = [
  [(op) => op.createUniqueConstraint(null, 't', ['c']), /violate the new definition: UNIQUE constraint failed: t\.c/],
  [(op) => op.createUniqueConstraint('K', 't', ['a']), /the table already has a constraint K/],
  [(op) => op.createCheckConstraint('x', 't', 'a > 1'), /violate CONSTRAINT x CHECK \(a > 1\)/],
  [(op) => op.createCheckConstraint('x', 't', 'a > 0) UNIQUE (a'), /is not one SQL expression/],
  [(op) => op.createPrimaryKey(null, 't', ['n']), /2 rows of t hold NULL in n, which becomes the primary key/],
  [(op) => op.createPrimaryKey(null, 'p', ['code']), /p already has a primary key: PRIMARY KEY/],
  [
    (op) => op.createForeignKey(null, 't', 'p', ['a'], ['id', 'code']),
    /number of columns in foreign key does not match/,
  ],
  [
    (op) => op.createForeignKey(null, 't', 't', ['a'], ['b']),
    /would break the foreign key of t to [tp] \(foreign key mismatch/,
  ],
  [
    (op) => op.dropConstraint('absent', 't'),
    /t has no constraint absent; it has CHECK .*CONSTRAINT k UNIQUE \( a , n \)/,
  ],
  [(op) => op.dropConstraint('named', 't'), /named is the name of a default/],
  [(op) => op.dropConstraint('twice', 't'), /two constraints are named twice/],
  [
    (op) => op.dropConstraint(op.constraint.unique(['code']), 'p'),
    /would break the foreign key of t to [tp] \(foreign key mismatch/,
  ],
  [(op) => op.dropConstraint(op.constraint.primaryKey(['w']), 'w'), /w is a WITHOUT ROWID table/],
];

for (const [work, pattern] of wrong) {
  test(`constraints: refused with ${pattern.source}`, () => {
    const db =
      openDatabase(`CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE); CREATE TABLE w (w PRIMARY KEY) WITHOUT ROWID;
      CREATE TABLE t (a CHECK (a > 0), b, c, n, d CONSTRAINT named DEFAULT 5, FOREIGN KEY (b) REFERENCES p (code),
        CONSTRAINT k UNIQUE (a, n), CONSTRAINT twice CHECK (a > 0), CONSTRAINT twice CHECK (c > 0));
      INSERT INTO t (a, c) VALUES (1, 1), (2, 1);`);
    const before = dump(db);
    assert.throws(() => work(operationsOn(db)), refused(pattern));
    assert.deepEqual(dump(db), before);
  });
}

test('dropConstraint drops a named NOT NULL in place, although SQLite takes a NULL behind it along', () => {
  const db = openDatabase('CREATE TABLE t (a CONSTRAINT filled NOT NULL NULL UNIQUE)');
  operationsOn(db).dropConstraint('filled', 't');
  assert.deepEqual(column(db, "SELECT sql FROM sqlite_schema WHERE type = 'table'"), ['CREATE TABLE t (a UNIQUE)']);
});

test('dropConstraint in a text of many kinds takes away what it should and nothing else', () => {
  const db =
    openDatabase(`CREATE TABLE t (a INT UNIQUE CHECK (a > 1) REFERENCES t (b) ON DELETE CASCADE DEFERRABLE, b UNIQUE
    , c -- after c
    CONSTRAINT q UNIQUE -- after q
    , UNIQUE (b, a) CHECK (c > 1) /* no comma */ UNIQUE (c, b) ON CONFLICT IGNORE, FOREIGN KEY (c) REFERENCES t (b) CONSTRAINT last CHECK (a < 9))`);
  const op = operationsOn(db);
  op.dropConstraint(op.constraint.unique(['b', 'a']), 't');
  op.dropConstraint(op.constraint.check('c>1'), 't');
  op.dropConstraint(op.constraint.foreignKey(['a'], 't'), 't');
  op.dropConstraint(op.constraint.unique(['a']), 't');
  op.dropConstraint('q', 't');
  op.dropConstraint(op.constraint.foreignKey(['c'], 't'), 't');
  op.dropConstraint(op.constraint.unique(['c', 'b']), 't');
  assert.deepEqual(column(db, "SELECT sql FROM sqlite_schema WHERE type = 'table'"), [
    `CREATE TABLE t (a INT CHECK (a > 1), b UNIQUE
    , c -- after c
     -- after q
     /* no comma */, CONSTRAINT last CHECK (a < 9))`,
  ]);
});

test('a CHECK is found by what it says: the case of a string counts, that of names and how they are quoted does not', () => {
  const db = openDatabase(`CREATE TABLE t (a, CHECK (a IN ('A')), CHECK ("A" <> 'c'), CHECK (A <> 'c'))`);
  const op = operationsOn(db);
  assert.throws(() => op.dropConstraint(op.constraint.check("a IN ('a')"), 't'), refused(/t has no constraint/));
  op.dropConstraint(op.constraint.check(`"A" <> 'c'`), 't');
  op.dropConstraint(op.constraint.check("[a] in ('A')"), 't');
  assert.deepEqual(column(db, "SELECT sql FROM sqlite_schema WHERE type = 'table'"), [
    "CREATE TABLE t (a, CHECK (A <> 'c'))",
  ]);
});
