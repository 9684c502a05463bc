import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import Database from 'better-sqlite3';
import { checkIntegrity, quickCheck } from '../../src/checks/integrity.ts';
import { countRows, findForeignKeyViolations, measure } from '../../src/checks/measure.ts';
import { DrydockError } from '../../src/errors.ts';
import { queryPort } from '../../src/files/query-port.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'drydock-measure-'));
after(() => rmSync(folder, { recursive: true }));

/** In memory and without enforcement, as a migration runs. */
function memory(sql: string): Database.Database {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = OFF');
  db.exec(sql);
  return db;
}

/** A file of 4096-byte pages with an index, one of whose pages is then overwritten. */
function damagedFile(name: string, page: (db: Database.Database) => number): string {
  const file = path.join(folder, name);
  const db = new Database(file);
  db.exec(`PRAGMA page_size = 4096; CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT); CREATE INDEX i ON t (x);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
    INSERT INTO t SELECT i, 'some text to fill pages with ' || i FROM n`);
  const number = page(db);
  db.close();
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(4096, 0x5a), 0, 4096, (number - 1) * 4096);
  closeSync(handle);
  return file;
}

test('rows that a virtual table keeps itself are counted as its own', () => {
  const db = memory(`
    CREATE VIRTUAL TABLE notes USING fts5(text); INSERT INTO notes VALUES ('a'), ('b');
    CREATE TABLE kept (text); INSERT INTO kept VALUES ('c');
    CREATE VIRTUAL TABLE beside USING fts5(text, content='kept');
    CREATE VIRTUAL TABLE places USING rtree(id, x0, x1); INSERT INTO places VALUES (1, 0, 1), (2, 0, 1), (3, 0, 1);
  `);
  assert.deepEqual(countRows(queryPort(db)), { kept: 1, notes: 2, places: 3 });
});

test('an index of a function or a collation that only the application has is told as such', () => {
  const file = path.join(folder, 'important.db');
  const application = new Database(file);
  application.function('importance', { deterministic: true }, (value) => value);
  application.exec('CREATE TABLE t (a); CREATE INDEX t_importance ON t (importance(a)); INSERT INTO t VALUES (1);');
  application.close();
  const port = queryPort(new Database(file));
  const isTold = (error: unknown) =>
    error instanceof DrydockError && error.code === 'PREFLIGHT' && /unknown function: importance\(\)/.test(error.what);
  assert.throws(() => checkIntegrity(port), isTold);
});

test('a tokenizer that only the application has is told as such, with its table where that is all that is known', () => {
  for (const [module, told] of [
    ['fts5', /virtual table notes uses what only the application defines, such as a tokenizer/],
    ['fts4', /full-text index uses what only the application defines \(unknown tokenizer: theirs\)/],
  ] as const) {
    const file = path.join(folder, `${module}.db`);
    const db = new Database(file).unsafeMode();
    db.exec(`
      CREATE VIRTUAL TABLE other USING fts5(text);
      CREATE VIRTUAL TABLE notes USING ${module}(text, tokenize=porter);
      INSERT INTO notes VALUES ('a');
      PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = replace(sql, 'porter', 'theirs') WHERE name = 'notes';`);
    db.close();
    const port = queryPort(new Database(file));
    const isTold = (error: unknown) =>
      error instanceof DrydockError && error.code === 'PREFLIGHT' && told.test(error.what);
    assert.throws(() => checkIntegrity(port), isTold, module);
  }
});

test('a table whose name is not UTF-8 is told as such', () => {
  const file = path.join(folder, 'latin1.db');
  const db = new Database(file).unsafeMode();
  db.exec(`CREATE TABLE cafe (a); PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET name = CAST(x'636166e9' AS TEXT), tbl_name = CAST(x'636166e9' AS TEXT),
      sql = CAST(x'435245415445205441424c452022636166e92220286129' AS TEXT);`);
  db.close();
  const isTold = (error: unknown) =>
    error instanceof DrydockError && error.code === 'PREFLIGHT' && /table caf\uFFFD is not UTF-8/.test(error.what);
  assert.throws(() => measure(queryPort(new Database(file)), []), isTold);
});

test('a sound database has no problems', () => {
  const db = memory('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
  assert.deepEqual(checkIntegrity(queryPort(db)).damage, []);
  assert.deepEqual(quickCheck(queryPort(db)).damage, []);
});

test('a damaged page is found by both checks, in at most 100 lines', () => {
  const root = (db: Database.Database) =>
    Number(db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 't'").pluck().get());
  const db = new Database(damagedFile('table.db', root));
  for (const { damage: problems } of [checkIntegrity(queryPort(db)), quickCheck(queryPort(db))]) {
    assert.ok(problems.length > 0 && problems.length <= 100, `${problems.length} lines`);
    assert.ok(problems.every((line) => !line.includes('\n') && line !== 'ok'));
  }
});

test('an index that lost its rows fills the list no further than 100 lines', () => {
  const file = path.join(folder, 'index.db');
  const db = new Database(file).unsafeMode();
  db.exec(`CREATE TABLE t (x); CREATE INDEX i ON t (x);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO t SELECT i FROM n;
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t (x + 1)' WHERE name = 'i'`);
  db.close();
  const { damage: problems } = checkIntegrity(queryPort(new Database(file)));
  assert.equal(problems.length, 100);
  assert.match(problems[0] ?? '', /row 1 missing from index i/);
});

test('damage that stops the check is a problem and not an exception', () => {
  const schema = new Database(damagedFile('schema.db', () => 1));
  assert.match(checkIntegrity(queryPort(schema)).damage.join(), /file is not a database/);
  const text = path.join(folder, 'text.db');
  writeFileSync(text, 'not a database, whatever its name says\n'.repeat(100));
  assert.match(quickCheck(queryPort(new Database(text))).damage.join(), /file is not a database/);
});

test('an error that is not damage is not turned into a problem', () => {
  const db = memory('CREATE TABLE t (x)');
  db.close();
  assert.throws(() => checkIntegrity(queryPort(db)), /connection is not open/);
});

test('orphan rows are counted by child and parent', () => {
  const db = memory(`CREATE TABLE posts (id INTEGER PRIMARY KEY);
    CREATE TABLE "odd|na""me" (id INTEGER PRIMARY KEY, post REFERENCES posts (id), user REFERENCES gone (id));
    INSERT INTO posts VALUES (1);
    INSERT INTO "odd|na""me" VALUES (1, 1, NULL), (2, 7, NULL), (3, 8, 9), (9007199254740993, 8, NULL)`);
  const { pairs, keys, complete } = findForeignKeyViolations(queryPort(db));
  assert.deepEqual(pairs, [
    { table: 'odd|na"me', parent: 'posts', rows: 3 },
    { table: 'odd|na"me', parent: 'gone', rows: 1 },
  ]);
  assert.deepEqual([...keys].sort(), [
    'odd|na"me|2|posts',
    'odd|na"me|3|gone',
    'odd|na"me|3|posts',
    'odd|na"me|9007199254740993|posts',
  ]);
  assert.equal(complete, true);
});

test('orphan rows of a WITHOUT ROWID table have no rowid and are counted all the same', () => {
  const db = memory(`CREATE TABLE p (id INTEGER PRIMARY KEY);
    CREATE TABLE c (k TEXT PRIMARY KEY, p REFERENCES p (id)) WITHOUT ROWID; INSERT INTO c VALUES ('a', 1), ('b', 2)`);
  assert.deepEqual(findForeignKeyViolations(queryPort(db)), {
    pairs: [{ table: 'c', parent: 'p', rows: 2 }],
    keys: ['c||p', 'c||p'],
    complete: true,
    unusable: [],
  });
});

test('of many orphan rows the count is exact and 10,000 are named', () => {
  const db = memory(`CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p (id));
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10500) INSERT INTO c SELECT i FROM n`);
  const { pairs, keys, complete } = findForeignKeyViolations(queryPort(db));
  assert.deepEqual(pairs, [{ table: 'c', parent: 'p', rows: 10_500 }]);
  assert.equal(keys.length, 10_000);
  assert.equal(complete, false);
});

test('a foreign key to columns that are not unique is reported and hides no other', () => {
  const db = memory(`CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE a (p REFERENCES p (name)); CREATE TABLE b (p REFERENCES p (id)); INSERT INTO b VALUES (1)`);
  const { pairs, unusable } = findForeignKeyViolations(queryPort(db));
  assert.deepEqual(unusable, [{ table: 'a', fault: 'foreign key mismatch - "a" referencing "p"' }]);
  assert.deepEqual(pairs, [{ table: 'b', parent: 'p', rows: 1 }]);
});

test('rows of every table that keeps its own are counted, whatever its name', () => {
  const db = memory(`CREATE TABLE "we""ird" (x); CREATE TABLE "" (x); CREATE TABLE "select" (x); CREATE TABLE "a b" (x);
    CREATE TABLE __proto__ (x); CREATE TABLE constructor (x); CREATE TABLE größe (x) ;
    CREATE TABLE counter (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE TABLE k (k PRIMARY KEY) WITHOUT ROWID;
    CREATE VIEW v AS SELECT 1; CREATE VIRTUAL TABLE texts USING fts5 (body); INSERT INTO texts VALUES ('hello');
    CREATE TABLE alembic_version (version_num); CREATE TABLE Drydock_History (x); CREATE TEMP TABLE passing (x);
    INSERT INTO __proto__ VALUES (1), (2); INSERT INTO "" VALUES (1); INSERT INTO counter DEFAULT VALUES`);
  const rows = countRows(queryPort(db));
  assert.deepEqual(Object.entries(rows), [
    ['', 1],
    ['__proto__', 2],
    ['a b', 0],
    ['constructor', 0],
    ['counter', 1],
    ['größe', 0],
    ['k', 0],
    ['select', 0],
    ['we"ird', 0],
    ['texts', 1],
  ]);
});

test('a measurement survives JSON', () => {
  const db = memory('CREATE TABLE __proto__ (x); INSERT INTO __proto__ VALUES (9007199254740993)');
  const measured = measure(queryPort(db), [
    { name: 'largest', sql: 'SELECT max(x) FROM __proto__', rule: { kind: 'same' } },
  ]);
  assert.deepEqual(JSON.parse(JSON.stringify(measured)), measured);
  assert.deepEqual(measured.statistics, [{ name: 'largest', value: '9007199254740993', exact: 'number' }]);
});
