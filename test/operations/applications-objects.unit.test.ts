/** Operations on a schema that needs its application. The promise attacked: all or nothing, also for what is not rows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { operationsOn } from './database.ts';
import { refused } from './refusal.ts';

const tables = `CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT, note TEXT, year INT);
CREATE TABLE log (a);
CREATE TRIGGER sort_title AFTER UPDATE ON books BEGIN INSERT INTO log VALUES (title_sort(NEW.title)); END;
CREATE VIEW titles AS SELECT title FROM books ORDER BY title COLLATE LOCALIZED;`;
const vectors = 'CREATE VIRTUAL TABLE vectors USING vec0(embedding float[4])';

function stored(script: string, ...virtual: readonly string[]): Database.Database {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = OFF');
  db.exec(script);
  db.unsafeMode(true);
  db.pragma('writable_schema = ON');
  for (const sql of virtual)
    db.prepare("INSERT INTO sqlite_schema VALUES ('table', 'vectors', 'vectors', 0, ?)").run(sql);
  db.pragma('writable_schema = RESET');
  db.unsafeMode(false);
  db.exec('BEGIN IMMEDIATE');
  return db;
}

test('a column or table that a function of the application is given is missed', () => {
  const db = stored(tables);
  const op = operationsOn(db);
  assert.throws(
    () => op.dropColumn('books', 'title'),
    refused(/the trigger sort_title .*the view titles|the view titles .*sort_title/),
  );
  assert.throws(() => op.dropTable('log'), refused(/the trigger sort_title \(no such table: main\.log\)/));
  db.close();
});

test('what the application defines is in the way of nothing else', () => {
  const db = stored(`${tables} CREATE TRIGGER embedded AFTER DELETE ON log BEGIN SELECT 1 FROM books; END;`, vectors);
  const op = operationsOn(db);
  op.dropColumn('books', 'note');
  op.addColumn('books', op.column.text('isbn', { unique: true }));
  op.alterColumn('books', 'year', { type: 'TEXT' });
  op.alterColumn('books', 'title', { newName: 'name' });
  op.renameTable('books', 'works');
  const sql = db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck();
  assert.match(String(sql.get('sort_title')), /ON "works" BEGIN INSERT INTO log VALUES \(title_sort\(NEW\.name\)\)/);
  assert.match(String(sql.get('titles')), /SELECT name FROM "works" ORDER BY name COLLATE LOCALIZED/);
  assert.equal(sql.get('vectors'), vectors);
  db.close();
});

test('a rename that SQLite cannot do without the module says so', () => {
  const db = stored(
    `${tables} CREATE TRIGGER embedded AFTER INSERT ON books BEGIN INSERT INTO vectors (rowid) VALUES (NEW.id); END;`,
    vectors,
  );
  const op = operationsOn(db);
  assert.throws(() => op.renameTable('log', 'journal'), refused(/error in trigger embedded: no such module: vec0/));
  op.dropColumn('books', 'note');
  db.close();
});
