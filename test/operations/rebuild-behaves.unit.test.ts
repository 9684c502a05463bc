/** What the same text in sqlite_schema does not prove: that it still works, and that the rest is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DrydockError } from '../../src/errors.ts';
import { plural } from '../../src/format.ts';
import type { ColumnChange } from '../../src/operations/column.ts';
import { createOperations } from '../../src/operations/operations.ts';
import { column, dump, openDatabase, operationsOn, portOn, withEdit } from './database.ts';
import { refused } from './refusal.ts';

test('triggers fire after a rebuild as often and in the same order as before', () => {
  const script = `CREATE TABLE log (n INTEGER PRIMARY KEY, entry TEXT);
    CREATE TABLE t (a VARCHAR(5));
    ${['c', 'a', 'd', 'b'].map((name) => `CREATE TRIGGER ${name} AFTER INSERT ON t BEGIN INSERT INTO log (entry) VALUES ('${name}'); END;`).join('\n')}`;
  const [plain, rebuilt] = [openDatabase(script), openDatabase(script)];
  operationsOn(rebuilt).alterColumn('t', 'a', { type: 'TEXT' });
  for (const db of [plain, rebuilt]) db.exec("INSERT INTO t VALUES ('x')");
  assert.deepEqual(dump(rebuilt).rows, dump(plain).rows);
  assert.equal(column(rebuilt, 'SELECT entry FROM log').length, 4);
});

test('foreign keys are enforced after the rebuild as before it', () => {
  const db = openDatabase(`CREATE TABLE parent (id INTEGER PRIMARY KEY, a VARCHAR(5));
    CREATE TABLE child (id INTEGER REFERENCES parent ON DELETE CASCADE);
    INSERT INTO parent VALUES (1, 'x'); INSERT INTO child VALUES (1);`);
  operationsOn(db).alterColumn('parent', 'a', { type: 'TEXT' });
  db.exec('COMMIT; PRAGMA foreign_keys = ON; DELETE FROM parent;');
  assert.deepEqual(column(db, 'SELECT count(*) FROM child'), [0]);
});

test('full-text search over the table still finds its rows', () => {
  const db = openDatabase(`CREATE TABLE t (a VARCHAR(5)); INSERT INTO t VALUES ('x'), ('y'), ('z');
    DELETE FROM t WHERE a = 'x';
    CREATE VIRTUAL TABLE search USING fts5(a, content = 't'); INSERT INTO search (search) VALUES ('rebuild');`);
  operationsOn(db).alterColumn('t', 'a', { type: 'TEXT' });
  assert.deepEqual(column(db, "SELECT a FROM search WHERE search MATCH 'z'"), ['z']);
  db.exec("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)");
});

test('a table that has its own name before its columns is rebuilt, and keeps all the rest', () => {
  const db =
    openDatabase(`CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, age INT DEFAULT 5 CHECK (users.age > 21),
      twice INT AS (age * 2) STORED, n TEXT COLLATE NOCASE UNIQUE, CONSTRAINT age_check CHECK ("Users"."age" < 99));
    CREATE INDEX by_age ON users (age, n) WHERE users.age > 30;
    CREATE TRIGGER up AFTER INSERT ON users BEGIN UPDATE users SET age = age + 1 WHERE users.id = new.id; END;
    CREATE VIEW old AS SELECT users.age FROM users; CREATE TABLE child (id INTEGER REFERENCES users (id));
    INSERT INTO users (id, age, n) VALUES (3, 30, 'a'), (70, 40, NULL); DELETE FROM users WHERE id = 70;
    INSERT INTO users (id, age, n) VALUES (9, 31, x'00'); INSERT INTO child VALUES (3);
    CREATE TABLE codes (code TEXT, word, CHECK (codes.code <> ''), PRIMARY KEY (code, word)) WITHOUT ROWID;
    INSERT INTO codes VALUES ('a', 1), ('b', 'x'); ANALYZE;`);
  const before = dump(db);
  const op = operationsOn(db);
  op.alterColumn('users', 'age', { default: '22' });
  const expected = withEdit(before, 'users', 'DEFAULT 5', 'DEFAULT 22');
  assert.deepEqual(dump(db), expected);
  op.alterColumn('codes', 'word', { default: "'none'" });
  assert.deepEqual(dump(db).rows, expected.rows);
  db.exec('INSERT INTO users (age) VALUES (50)');
  assert.deepEqual(column(db, 'SELECT max(id) FROM users'), [71]);
});

test('a row that breaks a CHECK with the name of the table in it does not hinder its going', () => {
  const db = openDatabase(
    'CREATE TABLE t (a CONSTRAINT positive CHECK (t.a > 0), b UNIQUE); INSERT INTO t VALUES (1, 2);',
  );
  db.pragma('ignore_check_constraints = ON');
  db.exec('UPDATE t SET a = -1');
  db.pragma('ignore_check_constraints = OFF');
  operationsOn(db).batchAlterTable('t', (batch) => {
    batch.dropConstraint('positive');
    batch.alterColumn('b', { default: '1' });
  });
  assert.deepEqual(column(db, 'SELECT a FROM t'), [-1]);
});

/** Values that a new type would change for good, how many, and how the error shows up to three of them. */
const lossy: readonly (readonly [from: string, to: string, values: string, changed: number, shown: string])[] = [
  ['TEXT', 'INTEGER', "'007'", 1, "'007' to 7"],
  ['TEXT', 'NUMERIC', "'1.50', 'word', '  2 ', NULL", 2, "'1.50' to 1.5, '  2 ' to 2"],
  ['TEXT', 'REAL', "'1,299.00', '12', '12', '13', '1e2', '15'", 5, "'12' to 12.0, '13' to 13.0, '1e2' to 100.0"],
  ['VARCHAR(9)', 'REAL', "'9007199254740993'", 1, "'9007199254740993' to 9007199254740992.0"],
  ['INTEGER', 'FLOAT', '1, 9007199254740993, NULL', 1, '9007199254740993 to 9007199254740992.0'],
  ['FLOAT', 'TEXT', '1.5, 1e999', 1, '9.0e\\+999 to '],
  ['BLOB', 'INTEGER', "'12', 12, x'12'", 1, "'12' to 12"],
  ['', 'TEXT', '5', 1, "5 to '5'"],
  ['TEXT', 'INTEGER', `'${'0'.repeat(90)}7'`, 1, `'${'0'.repeat(59)}… to 7`],
];

for (const [from, to, values, changed, shown] of lossy) {
  test(`a change from ${from} to ${to} that would convert ${values} is refused, and the way that is shown works`, () => {
    const list = values.split(/, (?! )/).map((value) => `(${value})`);
    const db = openDatabase(`CREATE TABLE t ("order" ${from}); INSERT INTO t VALUES ${list.join(', ')};`);
    const before = dump(db);
    const alter = (change: ColumnChange) => operationsOn(db).alterColumn('t', 'order', change);
    let change: ColumnChange | undefined;
    assert.throws(
      () => alter({ type: to }),
      (error) => {
        assert.ok(error instanceof DrydockError);
        assert.match(
          error.what,
          new RegExp(`^${plural(changed, 'value')} of t\\.order would change if its type became ${to}: ${shown}`),
        );
        change = JSON.parse(/\{.*?\}/.exec(error.next ?? '')?.[0] ?? '');
        return true;
      },
    );
    assert.deepEqual(dump(db), before);
    assert.ok(change !== undefined);
    alter(change);
    const asSqliteDoes = openDatabase(`CREATE TABLE t ("order" ${to}); INSERT INTO t VALUES ${list.join(', ')};`);
    const read = 'SELECT quote("order") FROM t';
    // The old type may have converted the literals first.
    if (from === 'TEXT') assert.deepEqual(column(db, read), column(asSqliteDoes, read));
    assert.equal(column(db, read).length, list.length);
  });
}

/** Values that another type changes, but that the old type would change back. */
for (const [from, to, values, became] of [
  ['INTEGER', 'TEXT', '1, 2, NULL', ["'1'", "'2'", 'NULL']],
  ['INTEGER', 'FLOAT', '1, -2', ['1.0', '-2.0']],
  ['FLOAT', 'INTEGER', '1.0, 1.5', ['1', '1.5']],
  ['TEXT', 'INTEGER', "'7', '-12', 'word', x'07'", ['7', '-12', "'word'", "X'07'"]],
  ['TEXT', 'REAL', "'1.5', '7.0', '1,299.00'", ['1.5', '7.0', "'1,299.00'"]],
  ['DECIMAL(10, 2)', 'VARCHAR(20)', '5, 2.25', ["'5'", "'2.25'"]],
] as const) {
  test(`a change from ${from} to ${to} goes through: ${values}, and back`, () => {
    const list = values.split(', ').map((value) => `(${value})`);
    const db = openDatabase(`CREATE TABLE t (c ${from}); INSERT INTO t VALUES ${list.join(', ')};`);
    const before = dump(db);
    operationsOn(db).alterColumn('t', 'c', { type: to });
    assert.deepEqual(column(db, 'SELECT quote(c) FROM t'), became);
    operationsOn(db).alterColumn('t', 'c', { type: from });
    assert.deepEqual(dump(db), before);
  });
}

test('a change of type that changes a generated column is refused', () => {
  const db = openDatabase(
    'CREATE TABLE t (c INTEGER, g AS (typeof(c)) STORED, h AS (c + 1)); INSERT INTO t (c) VALUES (1)',
  );
  const alter = () => operationsOn(db).alterColumn('t', 'c', { type: 'TEXT' });
  assert.throws(
    alter,
    refused(/^1 value of t\.g would change in the copy: 'integer' to 'text'\. It follows from another column/),
  );
});

test('a change of type that leaves every value alone goes through, across affinities', () => {
  const db = openDatabase("CREATE TABLE t (c TEXT); INSERT INTO t VALUES ('word'), (NULL), (x'00');");
  operationsOn(db).alterColumn('t', 'c', { type: 'INTEGER' });
  assert.deepEqual(column(db, 'SELECT quote(c) FROM t'), ["'word'", 'NULL', "X'00'"]);
});

test('INT PRIMARY KEY becomes the rowid when it is made INTEGER, and NULL for it is refused', () => {
  const db = openDatabase("CREATE TABLE t (id INT PRIMARY KEY, a); INSERT INTO t VALUES (30, 'x'), (10, 'y');");
  operationsOn(db).alterColumn('t', 'id', { type: 'INTEGER' });
  assert.deepEqual(column(db, 'SELECT rowid FROM t ORDER BY a'), [30, 10]);
  const before = dump(db);
  const lost = refused(/^1 row of t would have NULL in id, which is the rowid, .* a number/);
  assert.throws(() => operationsOn(db).alterColumn('t', 'id', { type: 'INTEGER', using: 'nullif(id, 10)' }), lost);
  assert.deepEqual(dump(db), before);

  const other = openDatabase("CREATE TABLE t (id INT PRIMARY KEY, a); INSERT INTO t VALUES (NULL, 'z'), (10, 'y');");
  assert.throws(() => operationsOn(other).alterColumn('t', 'id', { type: 'INTEGER' }), lost);
  const op = operationsOn(other);
  const made = () =>
    op.batchAlterTable('t', (batch) => {
      batch.dropConstraint(op.constraint.primaryKey(['id']));
      batch.alterColumn('id', { type: 'INTEGER', using: 'nullif(id, 10)' });
      batch.createPrimaryKey(null, ['id']);
    });
  other.exec('UPDATE t SET id = 1 WHERE id IS NULL');
  assert.throws(made, lost);
});

test('a column that is the rowid keeps being it under another type only where the key is dropped and made too', () => {
  for (const [key, type] of [
    ['id INTEGER PRIMARY KEY, a', 'BIGINT'],
    ['id INTEGER NOT NULL, a, PRIMARY KEY (id DESC)', 'INT'],
  ] as const) {
    const db = openDatabase(`CREATE TABLE t (${key}); INSERT INTO t VALUES (30, 'x'), (10, 'y');`);
    const before = dump(db);
    const op = operationsOn(db);
    assert.throws(() => op.alterColumn('t', 'ID', { type }), refused(/^t\.id is the rowid, which it would not be as/));
    assert.deepEqual(dump(db), before);
    op.alterColumn('t', 'id', { type: 'integer' });
    op.batchAlterTable('t', (batch) => {
      batch.dropConstraint(op.constraint.primaryKey(['id']));
      batch.alterColumn('id', { type });
      batch.createPrimaryKey(null, ['id']);
    });
    assert.deepEqual(column(db, 'SELECT id FROM t ORDER BY a'), [30, 10]);
  }
  const descending = operationsOn(openDatabase('CREATE TABLE t (id INTEGER PRIMARY KEY DESC)'));
  descending.alterColumn('t', 'id', { type: 'BIGINT' });
  const without = operationsOn(openDatabase('CREATE TABLE t (id INTEGER PRIMARY KEY) WITHOUT ROWID'));
  without.alterColumn('t', 'id', { type: 'BIGINT' });
});

test('any values and any two types: there and back to the bit, or refused', () => {
  const types = ['TEXT', 'INTEGER', 'NUMERIC', 'FLOAT', 'BLOB', 'VARCHAR(3)', 'BOOLEAN', 'DATETIME'];
  const value = fc.oneof(
    fc.constantFrom('007', '1e3', ' 5', '9007199254740993', '-0', 'inf', '0x10', '', null, 0, 1.5, -0),
    fc.string(),
    fc.double({ noNaN: true }),
    fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
  );
  const type = fc.constantFrom(...types);
  fc.assert(
    fc.property(type, type, fc.array(value, { maxLength: 5 }), (from, to, values) => {
      const db = openDatabase(`CREATE TABLE t (c ${from})`);
      for (const each of values) db.prepare('INSERT INTO t VALUES (?)').run(each);
      const before = dump(db).rows;
      try {
        operationsOn(db).alterColumn('t', 'c', { type: to });
      } catch (error) {
        return refused(/would change/)(error);
      }
      db.exec(
        `CREATE TABLE back (c ${from}); INSERT INTO back SELECT c FROM t; DROP TABLE t; ALTER TABLE back RENAME TO t`,
      );
      assert.deepEqual(dump(db).rows, before);
      return true;
    }),
    { numRuns: 300 },
  );
});

const injections = [
  '',
  'TEXT NOT NULL',
  'TEXT, extra INTEGER',
  'TEXT -- ',
  'TEXT /*',
  'TEXT);DROP TABLE t',
  ' TEXT',
  'TEXT DEFAULT 1',
  'TEXT GENERATED ALWAYS',
];

for (const type of injections) {
  test(`${JSON.stringify(type)} is no type`, () => {
    const db = openDatabase('CREATE TABLE t (c INTEGER, d TEXT)');
    const before = dump(db);
    assert.throws(() => operationsOn(db).alterColumn('t', 'c', { type }), refused(/is not a column type|cannot parse/));
    assert.deepEqual(dump(db), before);
  });
}

const refusals: readonly (readonly [name: string, script: string, pattern: RegExp])[] = [
  ['a table that is not there', 'CREATE TABLE other (c)', /there is no table "t"/],
  ['a view', 'CREATE VIEW t AS SELECT 1 AS c', /there is no table "t"/],
  ['a column that is not there', 'CREATE TABLE t (d)', /there is no column "c"/],
  ['a virtual table', 'CREATE VIRTUAL TABLE t USING fts5(c)', /only an ordinary table's columns/],
  ['a taken name', 'CREATE TABLE t (c INT); CREATE TABLE drydock_rebuild_T (x)', /needs the name 'drydock_rebuild_t'/],
  [
    'a temporary trigger',
    'CREATE TABLE t (c INT); CREATE TEMP TRIGGER tt AFTER INSERT ON t BEGIN SELECT 1; END',
    /while the temporary trigger tt exists/,
  ],
  [
    'a temporary table of the same name',
    'CREATE TABLE t (c INT); CREATE TEMP TABLE T (c)',
    /while the temporary table T exists/,
  ],
  ['a table without a rowid to reach', 'CREATE TABLE t (c INT, rowid, _rowid_, OID)', /cannot be told apart/],
];

for (const [name, script, pattern] of refusals) {
  test(`a rebuild refuses ${name} and changes nothing`, () => {
    const db = openDatabase(script);
    const before = column(db, 'SELECT sql FROM sqlite_schema');
    assert.throws(() => operationsOn(db).alterColumn('t', 'c', { type: 'INTEGER' }), refused(pattern));
    if (!name.includes('to reach')) assert.deepEqual(column(db, 'SELECT sql FROM sqlite_schema'), before);
  });
}

test('a rebuild with foreign keys enforced is a broken invariant', () => {
  const db = openDatabase('CREATE TABLE t (c INT)');
  db.exec('COMMIT; PRAGMA foreign_keys = ON; BEGIN');
  assert.throws(() => operationsOn(db).alterColumn('t', 'c', { type: 'TEXT' }), /invariant is broken.*foreign_keys on/);
});

test('legacy_alter_table is put back, also where it was on and where the rename fails', () => {
  const db = openDatabase('CREATE TABLE t (c INT)');
  db.pragma('legacy_alter_table = ON');
  operationsOn(db).alterColumn('t', 'c', { type: 'INTEGER' });
  assert.equal(db.pragma('legacy_alter_table', { simple: true }), 1);
  db.pragma('legacy_alter_table = OFF');
  const port = portOn(db);
  const failing = createOperations({
    ...port,
    run(sql, ...params) {
      if (sql.includes('RENAME TO')) throw new Error('no rename today');
      return port.run(sql, ...params);
    },
  });
  assert.throws(() => failing.alterColumn('t', 'c', { type: 'INT' }), /no rename today/);
  assert.equal(db.pragma('legacy_alter_table', { simple: true }), 0);
});

test('rows that go missing in the copy are noticed', () => {
  const db = openDatabase('CREATE TABLE t (c INT); INSERT INTO t VALUES (1), (2), (3);');
  const port = portOn(db);
  const losing = createOperations({
    ...port,
    run: (sql, ...params) => port.run(sql.startsWith('INSERT') ? `${sql} LIMIT 1` : sql, ...params),
  });
  assert.throws(() => losing.alterColumn('t', 'c', { type: 'INTEGER' }), refused(/copied 1 of 3 rows/));
});

test('an index or trigger that goes missing is noticed', () => {
  for (const lost of ['CREATE INDEX', 'CREATE TRIGGER']) {
    const db = openDatabase(`CREATE TABLE t (c INT); CREATE INDEX i ON t (c);
      CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END;`);
    const port = portOn(db);
    const losing = createOperations({
      ...port,
      run: (sql, ...params) => (sql.startsWith(lost) ? { changes: 0 } : port.run(sql, ...params)),
    });
    assert.throws(() => losing.alterColumn('t', 'c', { type: 'INTEGER' }), refused(/changed more of the schema/));
  }
});

test('what is stored in other bytes than UTF-8 is not written again as something else', () => {
  for (const [what, type] of [
    ["CREATE TABLE t (c INT, d TEXT DEFAULT 'cafe')", 'table'],
    ["CREATE INDEX i ON t (c) WHERE d <> 'cafe'", 'index'],
    ["CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET d = 'cafe'; END", 'trigger'],
  ] as const) {
    const db = openDatabase(type === 'table' ? what : `CREATE TABLE t (c INT, d TEXT); ${what};`).unsafeMode();
    db.exec(`PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = CAST(replace(CAST(sql AS BLOB), x'63616665', x'636166e9') AS TEXT) WHERE type = '${type}';
      PRAGMA writable_schema = RESET;`);
    db.unsafeMode(false);
    const before = db.prepare('SELECT type, name, hex(sql) FROM sqlite_schema').all();
    assert.throws(
      () => operationsOn(db).alterColumn('t', 'c', { type: 'INTEGER' }),
      refused(/of t is not valid UTF-8.*caf\uFFFD/),
    );
    assert.deepEqual(db.prepare('SELECT type, name, hex(sql) FROM sqlite_schema').all(), before, type);
  }
});
