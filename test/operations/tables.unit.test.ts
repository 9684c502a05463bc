/** createTable, dropTable, indexes, views and triggers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { column, dump, openDatabase, operationsOn } from './database.ts';
import { toldOperations } from './notes.ts';
import { refused } from './refusal.ts';

test('createTable with every kind of column, constraint and option', () => {
  const db = openDatabase('');
  const op = operationsOn(db);
  op.createTable(
    'orders',
    op.column.integer('id', { primaryKey: true, autoincrement: true }),
    op.column.string('mail', 200, { nullable: false, unique: true, collate: 'NOCASE' }),
    op.column.integer('user id', {
      references: {
        table: 'users',
        column: 'id',
        onDelete: 'cascade',
        onUpdate: 'no action',
        deferrable: 'initially immediate',
      },
    }),
    op.column.numeric('price', 10, 2, { default: '0', check: 'price >= 0' }),
    op.column.type('total', 'MONEY', { generated: { as: 'price * 2', kind: 'virtual' } }),
    op.constraint.unique(['mail', 'price'], { name: 'both' }),
    op.constraint.check('price < 100'),
    op.constraint.foreignKey(['user id'], 'users', ['id'], {
      name: 'fk',
      onDelete: 'set null',
      deferrable: 'initially deferred',
    }),
    op.constraint.foreignKey(['price'], 'prices'),
    { ifNotExists: true },
  );
  op.createTable('pairs', op.column.text('a'), op.column.type('b', 'ANY'), op.constraint.primaryKey(['b', 'a']), {
    strict: true,
    withoutRowid: true,
  });
  op.createTable('pairs', op.column.text('x'), { ifNotExists: true });
  assert.deepEqual(column(db, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'"), [
    `CREATE TABLE orders (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  mail VARCHAR(200) NOT NULL UNIQUE COLLATE NOCASE,
  "user id" INTEGER REFERENCES users (id) ON DELETE CASCADE ON UPDATE NO ACTION DEFERRABLE INITIALLY IMMEDIATE,
  price NUMERIC(10, 2) DEFAULT 0 CHECK (price >= 0),
  total MONEY GENERATED ALWAYS AS (price * 2) VIRTUAL,
  CONSTRAINT both UNIQUE (mail, price),
  CHECK (price < 100),
  CONSTRAINT fk FOREIGN KEY ("user id") REFERENCES users (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (price) REFERENCES prices
)`,
    'CREATE TABLE pairs (\n  a TEXT,\n  b ANY,\n  PRIMARY KEY (b, a)\n) STRICT, WITHOUT ROWID',
  ]);
});

test('the columns have the types that they are named for', () => {
  const { column: columns } = operationsOn(openDatabase(''));
  const { bigInteger, smallInteger, real, double, date, time, timestamp, json, blob } = columns;
  const types = [bigInteger, smallInteger, real, double, date, time, timestamp, json, blob].map(
    (make) => make('x').type,
  );
  assert.deepEqual(types, ['BIGINT', 'SMALLINT', 'REAL', 'DOUBLE', 'DATE', 'TIME', 'TIMESTAMP', 'JSON', 'BLOB']);
});

test('createTable refuses a condition that is more than one', () => {
  const op = operationsOn(openDatabase(''));
  assert.throws(
    () => op.createTable('t', op.column.text('a'), op.constraint.check('a > 0), UNIQUE (a')),
    refused(/is not one SQL expression/),
  );
});

test('dropTable refuses while a view or a trigger of another table needs the table', () => {
  const db = openDatabase(`CREATE TABLE t (a); CREATE TABLE u (b); CREATE VIEW v AS SELECT a FROM t;
    CREATE TRIGGER tr AFTER INSERT ON u BEGIN DELETE FROM t; END; CREATE TRIGGER own AFTER INSERT ON t BEGIN SELECT 1; END;`);
  const op = operationsOn(db);
  assert.throws(() => op.dropTable('t'), refused(/dropTable of t would break the view v .*, the trigger tr/));
  op.dropView('v');
  op.dropTrigger('tr');
  op.dropTable('t');
  op.dropTable('t', { ifExists: true });
  assert.deepEqual(Object.keys(dump(db).rows), ['u']);
});

test('createIndex takes orders, collations and expressions', () => {
  const db = openDatabase("CREATE TABLE t (a, b); INSERT INTO t VALUES ('x', 1), ('X', 1);");
  const { op, methods } = toldOperations(db);
  op.createIndex('i', 't', [
    'b',
    { column: 'a', desc: true, collate: 'NOCASE' },
    { expression: 'lower(a)', desc: true },
  ]);
  assert.deepEqual(column(db, "SELECT sql FROM sqlite_schema WHERE name = 'i'"), [
    'CREATE INDEX i ON t (b, a COLLATE NOCASE DESC, (lower(a)) DESC)',
  ]);
  assert.throws(() => op.createIndex('j', 't', [{ expression: 'a, b' }]), refused(/is not one SQL expression/));
  assert.throws(
    () => op.createIndex('j', 't', ['b'], { unique: true }),
    refused(/rows of t violate the index j: UNIQUE/),
  );
  op.createView('v', 'SELECT a FROM t INDEXED BY i WHERE b = 1');
  assert.throws(() => op.dropIndex('i'), refused(/dropIndex of i would break the view v \(no such index: i\)/));
  op.dropView('v');
  op.dropIndex('I');
  assert.deepEqual(methods(), [
    'createIndex t: in place',
    'createView v: in place',
    'dropView v: in place',
    'dropIndex t: in place',
  ]);
});

test('views and triggers are made, compiled, and dropped', () => {
  const db = openDatabase('CREATE TABLE t (a, b); CREATE TABLE log (x);');
  const { op, methods } = toldOperations(db);
  op.createView('v', 'SELECT a, b FROM t', { columns: ['one', 'the other'] });
  op.createView('v', 'SELECT 1', { ifNotExists: true });
  op.createTrigger('tr', 't', {
    timing: 'after',
    event: 'update',
    columns: ['a'],
    when: 'new.a > 1',
    body: 'INSERT INTO log VALUES (new.a); -- ok',
  });
  op.createTrigger('through', 'v', {
    timing: 'instead of',
    event: 'insert',
    body: 'INSERT INTO t VALUES (new.one, 0);',
  });
  db.exec('INSERT INTO v (one) VALUES (1); UPDATE t SET a = 2');
  assert.deepEqual(column(db, 'SELECT x FROM log'), [2]);
  assert.throws(
    () => op.createView('w', 'SELECT nope FROM t'),
    refused(/createView of w would break the view w \(no such column: nope/),
  );
  assert.throws(
    () => op.createTrigger('bad', 't', { timing: 'before', event: 'delete', body: 'SELECT nope FROM nowhere;' }),
    refused(/createTrigger of bad would break the trigger bad \(no such table/),
  );
  assert.throws(
    () => op.createTrigger('bad', 't', { timing: 'before', event: 'delete', columns: ['a'], body: 'SELECT 1;' }),
    refused(/which only an update trigger can do/),
  );
  op.dropTrigger('through');
  op.dropTrigger('through', { ifExists: true });
  op.dropTrigger('tr');
  op.dropView('v');
  op.dropView('v', { ifExists: true });
  assert.deepEqual(Object.keys(dump(db).schema), ['table log on log', 'table t on t']);
  assert.deepEqual(methods().slice(0, 2), ['createView v: in place', 'createView v: in place']);
});
