import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DrydockError } from '../../src/errors.ts';
import { assertStillCompiles, compileDependents } from '../../src/operations/dependents.ts';
import type { Operations } from '../../src/operations/operations.ts';
import { column, dump, openDatabase, operationsOn, portOn } from './database.ts';

const people =
  "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO people VALUES (1, 'Ann'), (2, NULL);";

/** What an operation makes of a table's text. */
const texts: readonly (readonly [name: string, script: string, work: (op: Operations) => void, sql: string])[] = [
  [
    'createTable',
    '',
    (op) =>
      op.createTable(
        'people',
        op.column.integer('id', { primaryKey: true }),
        op.column.string('name', 200, { nullable: false, default: "'it''s'" }),
        op.column.text('order'),
        op.column.float('a score', { nullable: true }),
        op.column.boolean('active', { nullable: false, default: '1' }),
        op.column.datetime('made', { default: 'CURRENT_TIMESTAMP' }),
        op.column.type('price', 'NUMERIC(10, 2)', { default: '(1 + 1)' }),
      ),
    `CREATE TABLE people (
  id INTEGER PRIMARY KEY,
  name VARCHAR(200) NOT NULL DEFAULT 'it''s',
  "order" TEXT,
  "a score" FLOAT,
  active BOOLEAN NOT NULL DEFAULT 1,
  made DATETIME DEFAULT CURRENT_TIMESTAMP,
  price NUMERIC(10, 2) DEFAULT (1 + 1)
)`,
  ],
  [
    'addColumn',
    people,
    (op) => op.addColumn('people', op.column.string('group', 20, { nullable: false, default: "'x'" })),
    `CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, "group" VARCHAR(20) NOT NULL DEFAULT 'x')`,
  ],
  ['dropColumn', people, (op) => op.dropColumn('people', 'name'), 'CREATE TABLE people (id INTEGER PRIMARY KEY)'],
  [
    'alterColumn, newName',
    people,
    (op) => op.alterColumn('people', 'name', { newName: 'full name' }),
    'CREATE TABLE people (id INTEGER PRIMARY KEY, "full name" TEXT)',
  ],
  [
    'alterColumn, nullable: false',
    people,
    (op) => {
      op.execute("UPDATE people SET name = '?' WHERE name IS NULL");
      op.alterColumn('people', 'name', { nullable: false });
    },
    'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL)',
  ],
  [
    'alterColumn, nullable: true',
    'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL)',
    (op) => op.alterColumn('people', 'name', { nullable: true }),
    'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)',
  ],
  [
    'alterColumn, everything at once',
    people,
    (op) => {
      op.execute('UPDATE people SET name = ? WHERE name IS NULL', '?');
      op.alterColumn('people', 'name', { type: 'VARCHAR(9)', nullable: false, newName: 'nick' });
    },
    'CREATE TABLE people (id INTEGER PRIMARY KEY, nick VARCHAR(9) NOT NULL)',
  ],
  [
    'alterColumn, nothing',
    people,
    (op) => op.alterColumn('people', 'name', { type: 'TEXT' }),
    'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)',
  ],
];

for (const [name, script, work, sql] of texts) {
  test(`${name} makes the table read as it should`, () => {
    const db = openDatabase(script);
    work(operationsOn(db));
    assert.deepEqual(column(db, "SELECT sql FROM sqlite_schema WHERE name = 'people'"), [sql]);
  });
}

test('NOT NULL is refused where a row holds NULL, and says how many', () => {
  const op = operationsOn(openDatabase(people));
  assert.throws(
    () => op.alterColumn('people', 'name', { nullable: false }),
    (error) => error instanceof DrydockError && /^1 row of people holds NULL in name/.test(error.message),
  );
  assert.throws(() => op.alterColumn('people', 'absent', { nullable: false }), /there is no column "absent"/);
});

test('dropTable drops, hasTable and columnNames tell', () => {
  const op = operationsOn(openDatabase(`${people} CREATE TABLE g (a, b AS (a) STORED); CREATE VIEW v AS SELECT 1`));
  assert.deepEqual(op.columnNames('PEOPLE'), ['id', 'name']);
  assert.deepEqual(op.columnNames('g'), ['a', 'b']);
  assert.equal(op.hasTable('People'), true);
  assert.equal(op.hasTable('v'), false);
  op.dropTable('people');
  assert.equal(op.hasTable('people'), false);
  assert.throws(() => op.columnNames('people'), /there is no table "people"/);
  assert.throws(() => op.dropTable('people'), /no such table/);
});

test('createIndex and dropIndex', () => {
  const db = openDatabase(people);
  const op = operationsOn(db);
  op.createIndex('by name', 'people', ['name', 'id'], { unique: true, where: "name <> 'x'" });
  op.createIndex('plain', 'people', ['name']);
  op.createIndex('plain', 'people', ['name'], { ifNotExists: true });
  const indexes = "SELECT sql FROM sqlite_schema WHERE type = 'index' ORDER BY name";
  assert.deepEqual(column(db, indexes), [
    `CREATE UNIQUE INDEX "by name" ON people (name, id) WHERE name <> 'x'`,
    'CREATE INDEX plain ON people (name)',
  ]);
  op.dropIndex('by name');
  op.dropIndex('plain');
  op.dropIndex('plain', { ifExists: true });
  assert.deepEqual(column(db, indexes), []);
  assert.throws(() => op.dropIndex('plain'), /no such index/);
});

test('execute runs one statement with parameters or several without, and select reads', () => {
  const op = operationsOn(openDatabase(people));
  op.execute('INSERT INTO people VALUES (?, ?)', 3, 'Bob; or not');
  op.execute(`INSERT INTO people VALUES (4, 'a;b'); -- four;
    CREATE TRIGGER t AFTER INSERT ON people BEGIN SELECT 1; SELECT 2; END;
    INSERT INTO people VALUES (5, 'c')`);
  op.execute('SELECT 1');
  assert.deepEqual(
    op.select<{ name: string }>('SELECT name FROM people WHERE id > ? ORDER BY id', 2).map(({ name }) => name),
    ['Bob; or not', 'a;b', 'c'],
  );
  assert.throws(() => op.execute('DELETE FROM people WHERE id = ?; SELECT 1', 1), /parameters for 2 statements/);
  assert.throws(() => op.execute('-- nothing', 1), /parameters for 0 statements/);
});

test('the operations can be taken out of their object', () => {
  const { addColumn, column: columns, columnNames } = operationsOn(openDatabase(people));
  addColumn('people', columns.text('note'));
  assert.deepEqual(columnNames('people'), ['id', 'name', 'note']);
});

test('names that are odd reach SQLite as they are', () => {
  for (const name of [
    'a"b',
    'select',
    "it's",
    '日本 \u{1F600}',
    'É',
    'true',
    'FALSE',
    '1st',
    '[x]',
    'a`b',
    '-- x',
    'a$b',
    'no',
    'key',
  ]) {
    const db = openDatabase('');
    const op = operationsOn(db);
    op.createTable(name, op.column.text(name), op.column.integer('n'));
    op.createIndex(`i ${name}`, name, [name], { where: 'n = 1' });
    op.execute('SELECT 1');
    op.alterColumn(name, name, { type: 'VARCHAR(7)', nullable: false, newName: `${name}2` });
    op.addColumn(name, op.column.text(`${name}3`));
    op.dropColumn(name, `${name}3`);
    assert.deepEqual(op.columnNames(name), [`${name}2`, 'n']);
    op.dropIndex(`i ${name}`);
    op.dropTable(name);
    assert.deepEqual(dump(db).schema, {});
  }
});

test('a view or trigger that stops compiling is named, and one that never did is not', () => {
  const db = openDatabase(`${people} CREATE TABLE other (x);
    CREATE VIEW fine AS SELECT name FROM people; CREATE VIEW broken AS SELECT * FROM absent;
    CREATE TRIGGER tr AFTER UPDATE OF x ON other BEGIN UPDATE people SET name = new.x; END;`);
  const port = portOn(db);
  const before = compileDependents(port);
  assertStillCompiles(before, compileDependents(port), 'the change');
  db.exec('PRAGMA legacy_alter_table = ON; ALTER TABLE people RENAME TO folk');
  assert.throws(
    () => assertStillCompiles(before, compileDependents(port), 'the change'),
    /the change would break the view fine \(no such table: main\.people\), the trigger tr \(no such table/,
  );
  db.exec('DROP VIEW fine; DROP TRIGGER tr');
  assertStillCompiles(before, compileDependents(port), 'the change');
});
