/** The proof of a large snapshot: on several threads it finds what integrity_check of the whole file finds. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { measure } from '../../src/checks/measure.ts';
import { queryPort } from '../../src/files/query-port.ts';
import { measureSnapshot, openToCheck } from '../../src/snapshots/tables-in-parallel.ts';
import { makeIndexLie } from '../harness/damage.ts';
import { testFolder } from '../harness/files.ts';

/** As if it were that large, so that it is divided. */
const bytes = 2 ** 30;

const schema = `CREATE TABLE a (id INTEGER PRIMARY KEY, x NOT NULL, p REFERENCES b (id)); CREATE INDEX ax ON a (x);
CREATE TABLE b (id INTEGER PRIMARY KEY, x); CREATE INDEX bx ON b (x); CREATE TABLE w (k PRIMARY KEY) WITHOUT ROWID;
CREATE VIRTUAL TABLE f USING fts5 (x); INSERT INTO f VALUES ('apple'); INSERT INTO b VALUES (1, 'berry');
INSERT INTO a VALUES (1, 'plum', 1), (2, 'pear', 9); INSERT INTO w VALUES ('fig'), ('nut')`;

/** What to change in the file: a text in the pages of a tree, a number in the header, the schema. */
const damages: Readonly<Record<string, (path: string) => void>> = {
  nothing: () => undefined,
  'an index': (path) => makeIndexLie(path, 'bx', 'berry'),
  'the order of a table without rowids': (path) => makeIndexLie(path, 'w', 'nut'),
  'a full-text index': (path) => makeIndexLie(path, 'f_content', 'apple'),
  'the free pages': (path) => {
    const file = readFileSync(path);
    file.writeUInt32BE(7, 36);
    writeFileSync(path, file);
  },
  'an index behind 120 rows that break a constraint': (path) => {
    const db = new Database(path).unsafeMode();
    db.exec(`PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = replace(sql, 'x NOT NULL', 'x') WHERE name = 'a'; PRAGMA writable_schema = RESET`);
    db.exec(
      'WITH RECURSIVE n (n) AS (VALUES (3) UNION ALL SELECT n + 1 FROM n LIMIT 120) INSERT INTO a SELECT n, NULL, 1 FROM n',
    );
    db.exec(`PRAGMA writable_schema = ON;
      UPDATE sqlite_schema SET sql = replace(sql, 'PRIMARY KEY, x,', 'PRIMARY KEY, x NOT NULL,') WHERE name = 'a'`);
    db.close();
    makeIndexLie(path, 'ax', 'pear');
  },
};

for (const [name, damage] of Object.entries(damages)) {
  test(`a proven way back: on several threads, as in one, ${name} is found damaged`, async (t) => {
    const path = join(testFolder(t), 'app.db');
    new Database(path).exec(`PRAGMA foreign_keys = OFF; ${schema}`).close();
    damage(path);
    const statistics = [{ name: 'rows', sql: 'SELECT count(*) FROM a' }];
    const db = openToCheck(path);
    t.after(() => db.close());
    const whole = measure(queryPort(db), statistics);
    assert.equal(whole.integrity.length > 0, name !== 'nothing', String(whole.integrity));
    assert.deepEqual(await measureSnapshot(db, bytes, statistics, []), whole);
  });
}
