import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plant } from '../../src/engine/shadow-seed.ts';
import { compareSchemas } from '../../src/schema/compare/compare.ts';
import { readSchema, readStoredSchema, schemaOf } from '../../src/schema/read-schema.ts';
import { databaseOf, schemaFrom, schemaOn } from './database.ts';

const row = (type: string, name: string, sql: string, tbl_name = name) => ({ type, name, tbl_name, sql });
const facts = (columns: Record<string, string[]>, shadowTables: string[] = []) => ({
  shadowTables,
  columns: new Map(Object.entries(columns)),
});

test('a table, part by part', () => {
  const schema = schemaFrom(`CREATE TABLE t (
    a varchar ( 20 ) NOT NULL ON CONFLICT FAIL DEFAULT -5 COLLATE nocase, -- a
    g TEXT GENERATED ALWAYS AS (a || 'x') STORED CONSTRAINT c CHECK (g <> ''),
    p REFERENCES "the parent" (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    PRIMARY KEY (a, p DESC) ON CONFLICT REPLACE, UNIQUE (p COLLATE rtrim)) WITHOUT ROWID`);
  const [table] = schema.tables;
  assert.ok(table !== undefined);
  const [a, g, p] = table.columns;
  assert.deepEqual([a?.type, a?.notNull, a?.default?.sql, a?.collation], ['varchar(20)', 'FAIL', '-5', 'NOCASE']);
  assert.deepEqual([g?.type, g?.generated?.kind, g?.generated?.expression.sql], ['TEXT', 'stored', "a || 'x'"]);
  assert.deepEqual([p?.type, p?.notNull, p?.definition.includes('DEFERRABLE')], ['', 'ABORT', true]);
  assert.deepEqual(table.primaryKey, {
    name: undefined,
    behind: undefined,
    columns: [
      { name: 'a', collation: undefined, descending: false },
      { name: 'p', collation: undefined, descending: true },
    ],
    onConflict: 'REPLACE',
    autoincrement: false,
    isRowid: false,
  });
  assert.deepEqual(table.uniques[0]?.columns, [{ name: 'p', collation: 'RTRIM', descending: false }]);
  assert.deepEqual([table.checks[0]?.name, table.checks[0]?.behind], ['c', 'g']);
  assert.deepEqual(table.foreignKeys, [
    {
      name: undefined,
      behind: 'p',
      columns: ['p'],
      parent: 'the parent',
      parentColumns: ['id'],
      onDelete: 'SET NULL',
      onUpdate: 'NO ACTION',
      deferred: true,
    },
  ]);
  assert.deepEqual([table.strict, table.withoutRowid], [false, true]);
});

test('the words STRICT and WITHOUT inside the parentheses are no options', () => {
  const [table] = schemaFrom('CREATE TABLE t (strict, without CHECK (strict > 0))').tables;
  assert.deepEqual([table?.strict, table?.withoutRowid], [false, false]);
});

test('a string in double quotes, as old schemas have it, is a string', () => {
  const columns = facts({ t: ['a'] });
  const read = (sql: string) =>
    schemaOf({ rows: [row('table', 't', sql)], facts: columns }).tables[0]?.checks[0]?.expression.tokens;
  assert.deepEqual(read('CREATE TABLE t (a CHECK ("a" <> "Text"))'), read("CREATE TABLE t (a CHECK (A <> 'Text'))"));
});

test('a string in double quotes in a view or trigger is a string, and a name is a name', () => {
  const read = (view: string, trigger: string) => {
    const { views, triggers } = schemaFrom(`CREATE TABLE t (a, "b c"); CREATE VIEW v AS ${view};
      CREATE TRIGGER r AFTER INSERT ON t BEGIN ${trigger}; END`);
    return [...views, ...triggers].map(({ body }) => body.tokens);
  };
  const [single, double] = [
    read(`SELECT a AS n, 'Text' FROM t WHERE a IN ('x') ORDER BY n`, `UPDATE t SET a = 'on' WHERE a = 'off'`),
    read(
      `SELECT "a" AS "n", "Text" FROM "t" WHERE a IN ("x") ORDER BY "n"`,
      `UPDATE "t" SET "a" = "on" WHERE "a" = "off"`,
    ),
  ];
  assert.deepEqual(double, single);
  const column = read('SELECT "b c" FROM t', 'SELECT "b c" FROM t');
  assert.notDeepEqual(column, read("SELECT 'b c' FROM t", "SELECT 'b c' FROM t"));
});

test('what belongs to SQLite, to Alembic, to Drydock and to virtual tables is left out, with all that is on it', () => {
  const db =
    databaseOf(`CREATE TABLE alembic_version (v); CREATE TABLE Drydock_History (id INTEGER PRIMARY KEY AUTOINCREMENT);
    CREATE INDEX h ON drydock_history (id); CREATE TRIGGER r AFTER INSERT ON alembic_version BEGIN SELECT 1; END;
    CREATE VIRTUAL TABLE f USING fts5(a); CREATE VIRTUAL TABLE near USING rtree(id, x0, x1); CREATE TABLE f_other (a); ANALYZE`);
  const { tables, indexes, triggers, virtualTables } = schemaOn(db);
  assert.deepEqual(
    [tables, virtualTables].map((list) => list.map(({ name }) => name)),
    [['f_other'], ['f', 'near']],
  );
  assert.deepEqual([indexes, triggers], [[], []]);
});

test("a table of the user's own is one, though it is called like that behind a full-text table", () => {
  const own = `CREATE TABLE docs_content (id INTEGER PRIMARY KEY, title TEXT); CREATE TABLE Words_Content (c0title);`;
  const db = databaseOf(`${own} CREATE VIRTUAL TABLE docs USING fts5(title, content='docs_content', content_rowid='id');
    CREATE VIRTUAL TABLE words USING fts4(content="words_content", c0title); CREATE INDEX i ON docs_content (title);
    CREATE VIRTUAL TABLE none USING fts5(title, content='');
    CREATE VIRTUAL TABLE f USING fts5(content, title, tokenize = 'ascii')`);
  const { tables, indexes } = schemaOn(db);
  assert.deepEqual(
    [tables, indexes].map((list) => list.map(({ name }) => name)),
    [['docs_content', 'Words_Content'], ['i']],
  );
  const copy = databaseOf('');
  const schema = readStoredSchema({ all: (sql) => db.prepare(sql).all() as Record<string, unknown>[] });
  plant(copy, { kind: 'database', schema, rows: [] });
  assert.deepEqual(compareSchemas(schemaOn(copy), schemaOn(db)), []);
});

test('a table that SQLite reads otherwise is refused', () => {
  const read = () => schemaOf({ rows: [row('table', 't', 'CREATE TABLE t (a, b)')], facts: facts({ t: ['a'] }) });
  assert.throws(read, /Drydock reads the columns a, b .* and SQLite reads a/);
});

test('SQL that cannot be read is refused, and quoted', () => {
  const read = () => schemaOf({ rows: [row('view', 'v', 'CREATE VIEW v AS SELEC 1')], facts: facts({}) });
  assert.throws(read, /cannot read what SQLite stores as "CREATE VIEW v AS SELEC 1"/);
});

test('reading asks nothing but what a port gives, and writes nothing', () => {
  const asked: string[] = [];
  const db = databaseOf('CREATE TABLE t (a)');
  readSchema({
    all(sql) {
      asked.push(sql);
      return db.prepare<[], Record<string, unknown>>(sql).all();
    },
  });
  assert.ok(asked.length > 0 && asked.every((sql) => db.prepare(sql).readonly));
});
