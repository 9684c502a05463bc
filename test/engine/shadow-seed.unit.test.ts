/** A schema taken over into memory. The promise attacked: an honest answer before a run, whatever the application defines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { plant } from '../../src/engine/shadow-seed.ts';
import { readStoredSchema, type SchemaRow } from '../../src/schema/read-schema.ts';

function schemaOf(db: Database.Database) {
  return readStoredSchema({ all: (sql) => db.prepare(sql).all() as Record<string, unknown>[] });
}

function inMemory<T>(use: (db: Database.Database) => T): T {
  const db = new Database(':memory:');
  try {
    return use(db);
  } finally {
    db.close();
  }
}

const script = `CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, code INT, UNIQUE (code, name));
CREATE TABLE pairs (a, b, c UNIQUE, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE places (code INT PRIMARY KEY, n);
CREATE INDEX by_name ON people (name COLLATE NOCASE) WHERE name IS NOT NULL;
CREATE VIRTUAL TABLE docs USING fts5(body);
CREATE VIRTUAL TABLE boxes USING rtree(id, x1, x2);
CREATE VIEW names AS SELECT name FROM people;
CREATE TRIGGER t AFTER INSERT ON people BEGIN INSERT INTO docs (body) VALUES (NEW.name); END;
ANALYZE;`;

test('a schema in memory is the same, and its tables work', () => {
  inMemory((live) => {
    live.exec(script);
    const schema = schemaOf(live);
    inMemory((copy) => {
      plant(copy, { kind: 'database', schema, rows: ["INSERT INTO people (name) VALUES ('Ada')"] });
      const byName = (rows: readonly SchemaRow[]) => rows.toSorted((one, other) => (one.name < other.name ? -1 : 1));
      assert.deepEqual(byName(schemaOf(copy).rows), byName(schema.rows));
      copy.exec(`INSERT INTO pairs VALUES (1, 2, 3), (2, 1, 4); INSERT INTO places VALUES (1, 2);
        INSERT INTO people (name) VALUES ('Grace'); INSERT INTO boxes VALUES (1, 0, 1); REINDEX; ANALYZE; VACUUM`);
      assert.throws(() => copy.exec("INSERT INTO people (name) VALUES ('Ada')"), /UNIQUE/);
      assert.throws(() => copy.exec('INSERT INTO pairs VALUES (1, 2, 9)'), /UNIQUE/);
      assert.deepEqual(copy.prepare("SELECT body FROM docs WHERE docs MATCH 'grace'").pluck().all(), ['Grace']);
      assert.deepEqual(copy.prepare('SELECT name FROM names ORDER BY 1').pluck().all(), ['Ada', 'Grace']);
      assert.equal(copy.pragma('integrity_check', { simple: true }), 'ok');
      assert.throws(() => copy.exec('DELETE FROM sqlite_schema'), /may not be modified/);
    });
  });
});

test('what only the application has is taken over as it is stored', () => {
  const row = (type: string, name: string, tbl_name: string, sql: string): SchemaRow => ({ type, name, tbl_name, sql });
  const rows = [
    row(
      'table',
      'people',
      'people',
      'CREATE TABLE people (name TEXT COLLATE LOCALIZED UNIQUE, kind CHECK (kind IN ("a", "b")))',
    ),
    row('table', 'log', 'log', 'CREATE TABLE log (a)'),
    row('table', 'vectors', 'vectors', 'CREATE VIRTUAL TABLE vectors USING vec0(embedding float[4])'),
    row('table', 'vectors_rowids', 'vectors_rowids', 'CREATE TABLE "vectors_rowids" (rowid INTEGER PRIMARY KEY, id)'),
    row('index', 'by_title', 'people', 'CREATE INDEX by_title ON people (title_sort(name))'),
    row('view', 'w', 'w', 'CREATE VIEW w AS SELECT "text", title_sort(name) FROM people, vectors'),
    row(
      'trigger',
      't',
      'people',
      'CREATE TRIGGER t AFTER UPDATE ON people BEGIN INSERT INTO log VALUES (title_sort("x")); END',
    ),
  ];
  inMemory((copy) => {
    const facts = { shadowTables: [], columns: new Map() };
    const inserts = ['INSERT INTO people VALUES (1, 2)', 'INSERT INTO log VALUES (1)'];
    plant(copy, { kind: 'database', schema: { rows, facts }, rows: inserts });
    const byName = (list: readonly SchemaRow[]) => list.toSorted((one, other) => (one.name < other.name ? -1 : 1));
    assert.deepEqual(byName(schemaOf(copy).rows), byName(rows));
    assert.equal(copy.prepare('SELECT count(*) FROM log').pluck().get(), 1);
    copy.exec('ALTER TABLE log ADD COLUMN b; INSERT INTO log VALUES (1, 2)');
  });
});
