/** addColumn, dropColumn, alterColumn: in place or by a rebuild, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Column } from '../../src/operations/column.ts';
import type { Operations } from '../../src/operations/operations.ts';
import { column, dump, openDatabase, operationsOn } from './database.ts';
import { toldOperations } from './notes.ts';
import { refused } from './refusal.ts';

const people = `CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, age INTEGER);
  INSERT INTO people VALUES (1, 'Ann', 30), (2, 'Bob', NULL);`;
const teams = 'CREATE TABLE teams (id INTEGER PRIMARY KEY, code TEXT UNIQUE);';

/** A column, what it reads as, and how it gets into a table with rows. */
const added: readonly (readonly [options: Omit<Column, 'name' | 'type'>, sql: string, method: string])[] = [
  [{}, 'x TEXT', 'in place'],
  [{ nullable: false, default: "'-'" }, "x TEXT NOT NULL DEFAULT '-'", 'in place'],
  [{ default: '(-5)', collate: 'NOCASE' }, 'x TEXT DEFAULT (-5) COLLATE NOCASE', 'in place'],
  [{ default: 'TRUE', check: "x <> ')'" }, "x TEXT DEFAULT TRUE CHECK (x <> ')')", 'in place'],
  [{ references: { table: 'teams' } }, 'x TEXT REFERENCES teams', 'in place'],
  [
    {
      default: '1',
      references: { table: 'teams', column: 'id', onDelete: 'set null', deferrable: 'initially deferred' },
    },
    'x TEXT DEFAULT 1 REFERENCES teams (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED',
    'in place',
  ],
  [{ generated: { as: 'age + 1', kind: 'virtual' } }, 'x TEXT GENERATED ALWAYS AS (age + 1) VIRTUAL', 'in place'],
  [{ generated: { as: 'age + 1', kind: 'stored' } }, 'x TEXT GENERATED ALWAYS AS (age + 1) STORED', 'rebuild'],
  [{ default: '(1 + 1)' }, 'x TEXT DEFAULT (1 + 1)', 'rebuild'],
  [{ default: 'CURRENT_TIMESTAMP', nullable: false }, 'x TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP', 'rebuild'],
  [{ unique: true }, 'x TEXT UNIQUE', 'rebuild'],
  [{ default: '(hex(randomblob(8)))', unique: true }, 'x TEXT DEFAULT (hex(randomblob(8))) UNIQUE', 'rebuild'],
];

for (const [options, sql, method] of added) {
  test(`addColumn: ${sql}, ${method}`, () => {
    const db = openDatabase(people + teams);
    const { op, methods } = toldOperations(db);
    op.addColumn('people', { name: 'x', type: 'TEXT', ...options });
    assert.deepEqual(column(db, "SELECT sql FROM sqlite_schema WHERE name = 'people'"), [
      `CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, age INTEGER, ${sql})`,
    ]);
    assert.deepEqual(methods(), [`addColumn people: ${method}`]);
    assert.deepEqual(column(db, "SELECT id || name || ifnull(age, '') FROM people"), ['1Ann30', '2Bob']);
  });
}

test('addColumn gives the rows their default, also one that is not a constant', () => {
  const db = openDatabase(people);
  const op = operationsOn(db);
  op.addColumn('people', op.column.integer('n', { default: '(2 * 21)', nullable: false }));
  op.addColumn('people', op.column.text('id of row', { default: '(hex(randomblob(8)))', unique: true }));
  assert.deepEqual(column(db, 'SELECT n FROM people'), [42, 42]);
  assert.deepEqual(column(db, 'SELECT count(DISTINCT "id of row") FROM people'), [2]);
});

test('addColumn of an INTEGER PRIMARY KEY takes over the rowids', () => {
  const db = openDatabase("CREATE TABLE t (a); INSERT INTO t (rowid, a) VALUES (7, 'x'), (9223372036854775807, 'y');");
  const op = operationsOn(db);
  op.addColumn('t', op.column.integer('id', { primaryKey: true, autoincrement: true }));
  assert.deepEqual(column(db, 'SELECT CAST(id AS TEXT) || a FROM t'), ['7x', '9223372036854775807y']);
  assert.deepEqual(column(db, 'SELECT CAST(seq AS TEXT) FROM sqlite_sequence'), ['9223372036854775807']);
});

test('addColumn of what SQLite refuses over rows is done in place in an empty table', () => {
  const db = openDatabase('CREATE TABLE t (a INTEGER)');
  const { op, methods } = toldOperations(db);
  op.addColumn('t', op.column.text('b', { nullable: false }));
  op.addColumn('t', op.column.text('c', { default: 'CURRENT_TIMESTAMP' }));
  op.addColumn('t', op.column.text('d', { generated: { as: 'a', kind: 'stored' } }));
  assert.deepEqual(new Set(methods()), new Set(['addColumn t: in place']));
});

const refusedColumns: readonly (readonly [column: Column, pattern: RegExp])[] = [
  [
    { name: 'x', type: 'TEXT', nullable: false },
    /existing rows of people would have no value in the new column x, which is NOT NULL/,
  ],
  [{ name: 'x', type: 'TEXT', nullable: false, default: 'NULL' }, /would have no value/],
  [{ name: 'NAME', type: 'TEXT' }, /there is already a column name/],
  [{ name: 'x', type: 'INTEGER', primaryKey: true }, /x cannot be the primary key: the table has one/],
  [{ name: 'x', type: 'TEXT', autoincrement: true }, /cannot be autoincrement/],
  [
    { name: 'x', type: 'TEXT', default: "'same'", unique: true },
    /violate the new definition: UNIQUE constraint failed/,
  ],
  [{ name: 'x', type: 'INTEGER', default: '1', check: 'x > 1' }, /violate x INTEGER DEFAULT 1 CHECK \(x > 1\): CHECK/],
  [{ name: 'x', type: 'TEXT', default: '0, y TEXT' }, /is not one SQL expression/],
  [{ name: 'x', type: 'TEXT', default: '0 UNIQUE' }, /is not one SQL expression/],
  [{ name: 'x', type: 'TEXT', check: 'x > 0) UNIQUE CHECK (x' }, /is not one SQL expression/],
  [{ name: 'x', type: 'TEXT', check: 'x > 0 -- ' }, /is not one SQL expression/],
  [{ name: 'x', type: 'TEXT UNIQUE' }, /"TEXT UNIQUE" is not a column type/],
  [{ name: 'x', type: '' }, /"" is not a column type/],
  [
    { name: 'x', type: 'TEXT', generated: { as: '1) STORED UNIQUE CHECK (1', kind: 'virtual' } },
    /is not one SQL expression/,
  ],
  [
    { name: 'x', type: 'TEXT', generated: { as: 'x', kind: 'stored' } },
    /SQLite refuses the new definition of people: generated column loop/,
  ],
];

for (const [wrong, pattern] of refusedColumns) {
  test(`addColumn refuses ${JSON.stringify(wrong)}`, () => {
    const db = openDatabase(people);
    const before = dump(db);
    assert.throws(() => operationsOn(db).addColumn('people', wrong), refused(pattern));
    assert.deepEqual(dump(db), before);
  });
}

test('addColumn refuses to break a trigger that inserts by position, which SQLite lets happen', () => {
  const db = openDatabase(`${people} CREATE TABLE log (x);
    CREATE TRIGGER adds AFTER INSERT ON log BEGIN INSERT INTO people VALUES (NULL, new.x, 1); END;`);
  const add = (op: Operations) => op.addColumn('people', op.column.text('note'));
  assert.throws(
    () => add(operationsOn(db)),
    refused(/addColumn on people would break the trigger adds \(table people has 4/),
  );
});

const users: readonly (readonly [script: string, pattern: RegExp])[] = [
  ['CREATE TABLE t (a, c UNIQUE, UNIQUE (c, a))', /used by UNIQUE \( c , a \)/],
  ['CREATE TABLE t (a, c UNIQUE, UNIQUE (c))', /used by UNIQUE \( c \)/],
  [
    'CREATE TABLE t (a, c UNIQUE); CREATE TABLE child (x REFERENCES t (c))',
    /would break the foreign key of child to t/,
  ],
  ['CREATE TABLE t (a, c PRIMARY KEY)', /used by PRIMARY KEY/],
  ['CREATE TABLE t (a, c, UNIQUE (a, "C" COLLATE NOCASE))', /used by UNIQUE \( a , "C" COLLATE NOCASE \)/],
  ['CREATE TABLE t (a, c, CONSTRAINT k CHECK (t.c > 0))', /used by CONSTRAINT k CHECK/],
  ['CREATE TABLE t (a CHECK (c > a), c)', /used by CHECK \( c > a \) of a/],
  ['CREATE TABLE t (a AS (c || 1), c)', /used by AS \( c \|\| 1 \) of a/],
  [
    'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a, c, FOREIGN KEY (c) REFERENCES p)',
    /used by FOREIGN KEY/,
  ],
  ['CREATE TABLE t (a, c); CREATE INDEX i ON t (a, c); CREATE INDEX j ON t (lower(c))', /the index i, the index j\./],
  ['CREATE TABLE t (a, c); CREATE INDEX i ON t (a) WHERE c > 0', /used by the index i/],
  ['CREATE TABLE t (a, c); CREATE TRIGGER tr AFTER UPDATE OF c ON t BEGIN SELECT 1; END', /used by the trigger tr/],
  [
    'CREATE TABLE t (a, c); CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT new.c; END; CREATE VIEW v AS SELECT c FROM t; CREATE VIEW w AS SELECT * FROM v',
    /would break the view v \(no such column: c\), the view w .*, the trigger tr/,
  ],
  ["CREATE TABLE t (a, c); CREATE VIRTUAL TABLE f USING fts5(c, content = 't')", /the virtual table f names t\.c/],
  ['CREATE TABLE t (c)', /is the only column/],
  ['CREATE TABLE t (a)', /there is no column "c"/],
];

for (const [script, pattern] of users) {
  test(`dropColumn names what uses the column: ${script}`, () => {
    const db = openDatabase(script);
    const before = dump(db);
    assert.throws(() => operationsOn(db).dropColumn('t', 'c'), refused(pattern));
    assert.deepEqual(dump(db), before);
  });
}

test('dropColumn takes along what the column itself says, in place', () => {
  const db =
    openDatabase(`CREATE TABLE t (a, c INT CHECK (c > 0) REFERENCES t (a) COLLATE NOCASE DEFAULT 5, d AS (a + 1));
    INSERT INTO t VALUES (1, 2);`);
  const { op, methods } = toldOperations(db);
  op.dropColumn('t', 'C');
  op.dropColumn('t', 'd');
  op.dropColumn('t', 'd', { ifExists: true });
  assert.deepEqual(column(db, 'SELECT sql FROM sqlite_schema'), ['CREATE TABLE t (a)']);
  assert.deepEqual(methods(), ['dropColumn t: in place', 'dropColumn t: in place']);
});

for (const definition of [
  'c UNIQUE',
  '"c" TEXT CONSTRAINT one UNIQUE ON CONFLICT REPLACE NOT NULL',
  'c UNIQUE REFERENCES t (a) UNIQUE',
]) {
  test(`dropColumn takes along the column's own UNIQUE, by a rebuild: ${definition}`, () => {
    const db = openDatabase(`CREATE TABLE t (a, ${definition}, d UNIQUE); INSERT INTO t VALUES (1, 2, 3), (4, 5, 6);
      CREATE INDEX i ON t (a); CREATE VIEW v AS SELECT a, d FROM t;`);
    const { op, methods } = toldOperations(db);
    op.dropColumn('t', 'c');
    assert.deepEqual(methods(), ['dropColumn t: rebuild']);
    assert.deepEqual(column(db, "SELECT sql FROM sqlite_schema WHERE name = 't'"), ['CREATE TABLE t (a, d UNIQUE)']);
    assert.deepEqual(column(db, 'SELECT a || d FROM v'), ['13', '46']);
  });
}

test('dropColumn is the way back from addColumn, whatever the column has', () => {
  for (const [options] of added) {
    const db = openDatabase(`${teams} ${people}`);
    const before = dump(db);
    const op = operationsOn(db);
    op.addColumn('people', { name: 'x', type: 'TEXT', ...options });
    op.dropColumn('people', 'x');
    assert.deepEqual(dump(db), before, JSON.stringify(options));
  }
});

test('dropColumn rebuilds where a view that broke long ago keeps SQLite from dropping in place', () => {
  const db = openDatabase(`CREATE TABLE t (a /* the a */, c -- the c\n, d); INSERT INTO t VALUES (1, 2, 3);
    CREATE VIEW broken AS SELECT * FROM nowhere;`);
  const { op, notes } = toldOperations(db);
  op.dropColumn('t', 'c');
  assert.deepEqual(column(db, "SELECT sql FROM sqlite_schema WHERE type = 'table'"), [
    'CREATE TABLE t (a /* the a */, d)',
  ]);
  assert.deepEqual(notes, [
    {
      operation: 'dropColumn',
      table: 't',
      method: 'rebuild',
      why: 'SQLite cannot drop a column in place while the view broken does not compile',
    },
  ]);
  assert.throws(() => op.alterColumn('t', 'a', { newName: 'b' }), refused(/does not compile: the view broken/));
});

/** A table, the column to be after, and the table then. */
const places: readonly (readonly [table: string, after: string, sql: string, method: string])[] = [
  ['CREATE TABLE t (a, b, c)', 'a', 'CREATE TABLE t (a, x TEXT UNIQUE, b, c)', 'rebuild'],
  ['CREATE TABLE t (a, b, c)', 'B', 'CREATE TABLE t (a, b, x TEXT UNIQUE, c)', 'rebuild'],
  ['CREATE TABLE t (a, b, c)', 'c', 'CREATE TABLE t (a, b, c, x TEXT UNIQUE)', 'rebuild'],
  [
    'CREATE TABLE t (a INT, -- the a\n  b TEXT, -- the b\n  c, CHECK (a > 0))',
    'a',
    'CREATE TABLE t (a INT, -- the a\n  x TEXT UNIQUE, b TEXT, -- the b\n  c, CHECK (a > 0))',
    'rebuild',
  ],
  [
    'CREATE TABLE t (a, "b c", c, PRIMARY KEY (a)) WITHOUT ROWID',
    'b c',
    'CREATE TABLE t (a, "b c", x TEXT UNIQUE, c, PRIMARY KEY (a)) WITHOUT ROWID',
    'rebuild',
  ],
];

for (const [script, after, sql, method] of places) {
  test(`addColumn after ${after} in ${script}`, () => {
    const db = openDatabase(`${script}; INSERT INTO t VALUES (1, 2, 3); CREATE VIEW v AS SELECT * FROM t;
      CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT new.c; END`);
    const { op, methods } = toldOperations(db);
    op.addColumn('t', op.column.text('x', { unique: true }), { after });
    assert.deepEqual(methods(), [`addColumn t: ${method}`]);
    assert.deepEqual(column(db, "SELECT sql FROM sqlite_schema WHERE name = 't'"), [sql]);
    assert.deepEqual(column(db, 'SELECT a || c FROM v WHERE x IS NULL'), ['13']);
  });
}

test('addColumn after the last column is in place, and after none is refused', () => {
  const db = openDatabase(people);
  const { op, methods } = toldOperations(db);
  op.addColumn('people', op.column.text('x'), { after: 'AGE' });
  op.addColumn('people', op.column.text('X'), { ifNotExists: true, after: 'gone' });
  assert.deepEqual(methods(), ['addColumn people: in place']);
  const before = dump(db);
  assert.throws(() => op.addColumn('people', op.column.text('y'), { after: 'gone' }), refused(/no column "gone"/));
  assert.deepEqual(dump(db), before);
  op.batchAlterTable('people', (batch) => {
    batch.addColumn(op.column.text('second'), { after: 'first' });
    batch.addColumn(op.column.text('first'), { after: 'id' });
  });
  assert.deepEqual(op.columnNames('people'), ['id', 'first', 'second', 'name', 'age', 'x']);
});

test('addColumn after another refuses to break a trigger that inserts by position', () => {
  const db = openDatabase(`${people} CREATE TABLE log (x);
    CREATE TRIGGER adds AFTER INSERT ON log BEGIN INSERT INTO people VALUES (NULL, new.x, 1); END;`);
  const add = () => operationsOn(db).addColumn('people', { name: 'note', type: 'TEXT' }, { after: 'id' });
  assert.throws(add, refused(/would break the trigger adds/));
});
