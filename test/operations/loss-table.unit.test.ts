/** What other tools lose when they rebuild a table, each as a test that Drydock does not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lossCases } from './cases-loss-table.ts';
import { column, dump, openDatabase, operationsOn, withEdit } from './database.ts';

for (const { name, script, change, edit } of lossCases) {
  test(`a rebuild keeps: ${name}`, () => {
    const db = openDatabase(script);
    const [table, column, type] = change;
    const before = dump(db);
    operationsOn(db).alterColumn(table, column, { type });
    assert.deepEqual(dump(db), withEdit(before, table.replace(/^T$/, 't'), ...edit));
    assert.notDeepEqual(dump(db).schema, before.schema);
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
    assert.equal(db.pragma('legacy_alter_table', { simple: true }), 0);
    assert.ok(db.inTransaction);
  });
}

/** Rows of the table where what is kept is not the text of the schema. */
test('values: text dates are not cut down to their year, nor words to 0; the rebuild is refused', () => {
  const db = openDatabase("CREATE TABLE t (day TEXT); INSERT INTO t VALUES ('2025-11-01'), ('n/a'), ('012');");
  const before = dump(db);
  const op = operationsOn(db);
  // CAST would give 2025, 0 and 12. The affinity alone would leave the first two, and make '012' a number.
  assert.throws(() => op.alterColumn('t', 'day', { type: 'DATE' }), /1 value of t\.day would change/);
  assert.deepEqual(dump(db), before);
  op.execute("DELETE FROM t WHERE day = '012'");
  op.alterColumn('t', 'day', { type: 'DATE' });
  assert.deepEqual(column(db, 'SELECT day FROM t'), ['2025-11-01', 'n/a']);
});

test('UNIQUE: a column that is a member of one is not dropped with it in silence', () => {
  const db = openDatabase('CREATE TABLE t (a, b, c, CONSTRAINT "a and b" UNIQUE (a, b))');
  assert.throws(() => operationsOn(db).dropColumn('t', 'b'), /used by CONSTRAINT "a and b" UNIQUE \( a , b \)/);
});

test('CHECK: a named one, and one without a name, can be dropped, and the other stays', () => {
  const db = openDatabase("CREATE TABLE t (a CHECK (a <> ')'), b, CONSTRAINT named CHECK (b > 0), CHECK (a > b))");
  const op = operationsOn(db);
  op.dropConstraint(op.constraint.check('a > b'), 't');
  op.dropConstraint('named', 't');
  assert.deepEqual(column(db, 'SELECT sql FROM sqlite_schema'), ["CREATE TABLE t (a CHECK (a <> ')'), b)"]);
});

test('foreign keys: one without a name can be dropped', () => {
  const db = openDatabase(`CREATE TABLE p (id INTEGER PRIMARY KEY);
    CREATE TABLE t (a REFERENCES p ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, b, FOREIGN KEY (b) REFERENCES p (id));`);
  const op = operationsOn(db);
  op.dropConstraint(op.constraint.foreignKey(['a'], 'p'), 't');
  op.dropConstraint(op.constraint.foreignKey(['b'], 'p', ['id']), 't');
  assert.deepEqual(column(db, "SELECT sql FROM sqlite_schema WHERE name = 't'"), ['CREATE TABLE t (a, b)']);
});

test('foreign keys: a new one over orphans shows in foreign_key_check, which the run makes before its commit', () => {
  const db = openDatabase(`CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a); INSERT INTO t VALUES (9);`);
  operationsOn(db).createForeignKey('fk', 't', 'p', ['a'], ['id']);
  assert.deepEqual(db.pragma('foreign_key_check'), [{ table: 't', rowid: 1, parent: 'p', fkid: 0 }]);
});

test('AUTOINCREMENT: ids are not used again after a rebuild', () => {
  const db = openDatabase(`CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a VARCHAR(5));
    INSERT INTO t VALUES (100, 'deleted'); DELETE FROM t;`);
  operationsOn(db).alterColumn('t', 'a', { type: 'TEXT' });
  db.exec("INSERT INTO t (a) VALUES ('next')");
  assert.deepEqual(column(db, 'SELECT id FROM t'), [101]);
});

test('generated columns: they can be added to a table with rows, stored ones too', () => {
  const db = openDatabase('CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (2), (3);');
  const op = operationsOn(db);
  op.addColumn('t', op.column.integer('twice', { generated: { as: 'a * 2', kind: 'stored' } }));
  op.addColumn('t', op.column.integer('thrice', { generated: { as: 'a * 3', kind: 'virtual' } }));
  assert.deepEqual(db.prepare('SELECT * FROM t').raw().all(), [
    [2, 4, 6],
    [3, 6, 9],
  ]);
});

test('columns: what only needs SQLite is done without a rebuild', () => {
  const db = openDatabase(
    'CREATE TABLE t (a, b, c); CREATE VIEW v AS SELECT a FROM t; INSERT INTO t VALUES (1, 2, 3);',
  );
  const page = column(db, "SELECT rootpage FROM sqlite_schema WHERE name = 't'");
  const op = operationsOn(db);
  op.dropColumn('t', 'c');
  op.alterColumn('t', 'a', { newName: 'first', nullable: false });
  op.createCheckConstraint('positive', 't', 'b > 0');
  assert.deepEqual(column(db, "SELECT rootpage FROM sqlite_schema WHERE name = 't'"), page);
  assert.deepEqual(column(db, 'SELECT first FROM v'), [1]);
});
