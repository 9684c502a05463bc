/** A database whose schema needs its application. The promise attacked: an honest exit, before a run as in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { sqlRevision } from '../harness/files.ts';
import { alembicAt, project } from '../harness/project.ts';

/** Stored as an application with its own functions, collations and modules leaves it. */
const stored: readonly (readonly [type: string, name: string, table: string, sql: string])[] = [
  ['table', 'vectors', 'vectors', 'CREATE VIRTUAL TABLE vectors USING vec0(embedding float[4])'],
  ['view', 'sorted', 'sorted', 'CREATE VIEW sorted AS SELECT name FROM people ORDER BY name COLLATE LOCALIZED'],
  ['view', 'words', 'words', 'CREATE VIEW words AS SELECT "text" AS kind, title_sort(name) FROM people'],
  [
    'trigger',
    'titles',
    'people',
    'CREATE TRIGGER titles AFTER UPDATE ON people BEGIN INSERT INTO log VALUES (title_sort(NEW.name)); END',
  ],
];

test('plan, check, rehearse, upgrade and downgrade agree on what only the application has', async (t) => {
  const files = {
    'a1.sql': sqlRevision(
      'a1',
      undefined,
      'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE log (a);',
    ),
    'b1.sql': sqlRevision('b1', 'a1', 'ALTER TABLE people ADD COLUMN age INT;', 'ALTER TABLE people DROP COLUMN age;'),
  };
  const sql = `${alembicAt('a1')} CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE log (a);`;
  const it = project(t, files, sql);
  const db = new Database(it.database);
  db.unsafeMode(true);
  db.pragma('writable_schema = ON');
  const insert = db.prepare('INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, 0, ?)');
  for (const row of stored) insert.run(...row);
  db.close();
  assert.equal((await it.json<{ stopped: unknown }>('plan')).stopped, null);
  // What the revisions do not make is drift, and no failure.
  assert.equal((await it.run(['check'])).code, 3);
  await it.json('rehearse');
  await it.json('upgrade');
  // The trigger is no obstacle, and age has no values: nothing asks for --yes.
  await it.json('downgrade', '-1');
});

test('all or nothing: what a trigger with a function of the application fills is missed', async (t) => {
  const files = { 'a1.sql': sqlRevision('a1', undefined, ''), 'b1.sql': sqlRevision('b1', 'a1', 'DROP TABLE log;') };
  const sql = `${alembicAt('a1')} CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE log (a);
    CREATE TRIGGER titles AFTER UPDATE ON people BEGIN INSERT INTO log VALUES (title_sort(NEW.name)); END;`;
  const it = project(t, files, sql);
  assert.match(await it.fails(21, 'upgrade'), /the trigger titles does not compile/);
});
