/** What the quick and the long tests of this subject share. */
import type { TestContext } from 'node:test';
import Database from 'better-sqlite3';
import type { JournalMode } from '../harness/files.ts';
import { itemsAt001, itemsRevisions, type Place, place } from '../harness/place.ts';

export const people = `${itemsAt001}
  CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INTEGER CHECK (age < 150));
  INSERT INTO people VALUES (1, 'Ada', 36), (2, 'Bob', 40);
`;

/** As a program leaves it that has CHECK off, or an ALTER TABLE of old. */
export function sin({ database }: Place, sql: string): void {
  const db = new Database(database);
  try {
    db.unsafeMode(true);
    db.pragma('ignore_check_constraints = ON');
    db.exec(sql);
  } finally {
    db.close();
  }
}

export const wasNullable = `
  PRAGMA writable_schema = ON;
  UPDATE sqlite_schema SET sql = replace(sql, 'name TEXT NOT NULL', 'name TEXT') WHERE name = 'people';
  PRAGMA writable_schema = RESET;
  INSERT INTO people VALUES (3, NULL, 1);
  PRAGMA writable_schema = ON;
  UPDATE sqlite_schema SET sql = replace(sql, 'name TEXT', 'name TEXT NOT NULL') WHERE name = 'people';
  PRAGMA writable_schema = RESET;
`;

export const search =
  "CREATE VIRTUAL TABLE search USING fts4(name, content='people'); INSERT INTO search(search) VALUES ('rebuild');";

export const lagging = `${search} UPDATE people SET name = 'Zoe' WHERE id = 1;`;

export const mendsPeople = "UPDATE people SET name = 'none', age = 1 WHERE id = 3;";

export const sins = [
  {
    what: 'rows that broke a CHECK',
    sql: "INSERT INTO people VALUES (3, 'Eve', 999);",
    says: 'CHECK constraint failed in people: 1 row',
    mend: mendsPeople,
  },
  {
    what: 'rows that broke a NOT NULL',
    sql: wasNullable,
    says: 'NULL value in people.name: 1 row',
    mend: mendsPeople,
  },
  {
    what: 'rows that an FTS4 index lagged behind',
    sql: lagging,
    says: 'malformed inverted index for FTS4 table main.search: 1 finding',
    mend: "INSERT INTO search(search) VALUES ('rebuild');",
  },
] as const;

export const adds = itemsRevisions;

export function sinner(t: TestContext, mode: JournalMode, sql: string, revisions: typeof adds): Place {
  const here = place(t, { mode, sql: people, revisions });
  sin(here, sql);
  return here;
}
