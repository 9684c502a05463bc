import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesSchemaOnly } from '../../src/revisions/sql/schema-only.ts';

const small = [
  'ALTER TABLE comments ADD COLUMN score FLOAT',
  'alter table "com ments" add score',
  "ALTER TABLE main.[comments] /* why */ ADD COLUMN kind TEXT NOT NULL DEFAULT 'AS'",
  'ALTER TABLE main.comments RENAME COLUMN a TO b',
  'ALTER TABLE comments RENAME TO remarks',
  'CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE)',
  'CREATE TEMP TABLE IF NOT EXISTS t (a)',
  'CREATE VIEW v AS SELECT * FROM comments',
  'CREATE TEMPORARY TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM t; END',
  'DROP VIEW v',
  'DROP TRIGGER IF EXISTS r',
  'SELECT count(*) FROM comments',
  'EXPLAIN DELETE FROM comments',
];

const large = [
  'UPDATE comments SET score = 1',
  'INSERT INTO t VALUES (1)',
  'DELETE FROM t',
  'REPLACE INTO t VALUES (1)',
  'WITH n AS (SELECT 1) INSERT INTO t SELECT * FROM n',
  'CREATE INDEX i ON comments (score)',
  'CREATE UNIQUE INDEX i ON comments (score)',
  'CREATE TABLE t AS SELECT * FROM comments',
  'CREATE TEMP TABLE t AS VALUES (1)',
  'CREATE VIRTUAL TABLE f USING fts5 (body)',
  'ALTER TABLE comments DROP COLUMN score',
  'ALTER TABLE "add" DROP COLUMN score',
  'ALTER TABLE main."rename" DROP COLUMN score',
  'ALTER TABLE',
  'DROP TABLE comments',
  'DROP INDEX i',
  'REINDEX',
  'ANALYZE',
  'PRAGMA incremental_vacuum',
  'PRAGMA cache_spill = ON',
  'DROP',
  '',
];

test('only what changes a handful of pages, whatever the size of the database, is called small', () => {
  assert.deepEqual(
    [...small, ...large].filter((sql) => changesSchemaOnly(sql)),
    small,
  );
});
