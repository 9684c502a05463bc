import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { changedTables, changedTablesOfCopy } from '../../src/engine/changed-tables.ts';
import { differingPages } from '../../src/files/same-pages.ts';
import { testFolder } from '../harness/files.ts';

/** A database with 20 tables of 200 rows, an index each, and a copy of it. */
function copied(t: TestContext, pragmas = '') {
  const path = join(testFolder(t), 'app.db');
  const snapshot = `${path}.snapshot`;
  const db = new Database(path);
  t.after(() => db.close());
  db.exec(pragmas);
  for (let number = 0; number < 20; number += 1) {
    db.exec(`CREATE TABLE t${number} (id INTEGER PRIMARY KEY, x); CREATE INDEX i${number} ON t${number} (x)`);
    const insert = db.prepare(`INSERT INTO t${number} (x) VALUES (?)`);
    db.transaction(() => {
      for (let row = 0; row < 200; row += 1) insert.run('x'.repeat(50 + (row % 90)));
    })();
  }
  copyFileSync(path, snapshot);
  const changed = () => changedTables(db, path, snapshot);
  return { db, snapshot, changed };
}

for (const mode of ['delete', 'truncate']) {
  test(`an honest report: the tables whose pages have changed are those that were written (${mode})`, (t) => {
    const { db, changed } = copied(t, `PRAGMA journal_mode = ${mode}`);
    db.exec("BEGIN IMMEDIATE; UPDATE t3 SET x = 'y' WHERE id = 7; DROP TABLE t9; DELETE FROM t12; CREATE TABLE n (x)");
    db.exec('INSERT INTO n SELECT x FROM t4');
    assert.deepEqual(changed(), ['t12', 't3', 't9']);
  });
}

test('an honest report: a journal in many segments is read to its end', (t) => {
  const { db, changed } = copied(t, 'PRAGMA cache_size = 10');
  db.exec('BEGIN IMMEDIATE');
  for (const number of [1, 5, 11, 17, 19]) db.exec(`UPDATE t${number} SET x = x || 'more and more'`);
  assert.deepEqual(changed(), ['t1', 't11', 't17', 't19', 't5']);
});

test('an honest report: a transaction that changed nothing but the header has changed no table', (t) => {
  const { db, changed } = copied(t);
  db.exec('BEGIN IMMEDIATE; PRAGMA user_version = 3');
  assert.deepEqual(changed(), []);
});

test('an honest report: the pages of a working copy are compared with those of the snapshot', async (t) => {
  const { db, snapshot } = copied(t);
  const changed = async () =>
    changedTablesOfCopy(db, await differingPages(db.name, snapshot, new AbortController().signal), snapshot);
  assert.deepEqual(await changed(), []);
  db.exec("UPDATE t3 SET x = 'y' WHERE id = 7; DROP TABLE t9; CREATE TABLE n AS SELECT x FROM t4; DELETE FROM t12");
  assert.deepEqual(await changed(), ['t12', 't3', 't9']);
  db.exec('BEGIN; UPDATE t5 SET x = 1');
  await assert.rejects(changed, /being written to/);
});

test('an honest report: nothing is said about pages with auto_vacuum', (t) => {
  const { db, changed } = copied(t, 'PRAGMA auto_vacuum = INCREMENTAL');
  db.exec('BEGIN IMMEDIATE; DROP TABLE t3');
  assert.equal(changed(), undefined);
});

for (const mode of ['wal', 'persist', 'memory']) {
  test(`an honest report: in journal mode ${mode} nothing is said about pages`, (t) => {
    const { db, changed } = copied(t);
    db.exec(`PRAGMA journal_mode = ${mode}; BEGIN IMMEDIATE; UPDATE t3 SET x = 'y'`);
    assert.equal(changed(), undefined);
  });
}
