/** An honest exit: a pragma that SQLite ignores is told, with what to do, and one that takes effect is not. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { guardedPort } from '../../src/engine/guarded-port.ts';
import { followPragmas } from '../../src/engine/ignored-pragmas.ts';
import type { EngineStep } from '../../src/engine/protocol.ts';
import { DrydockError } from '../../src/errors.ts';
import { splitStatements } from '../../src/revisions/sql/statements.ts';
import { testFolder } from '../harness/files.ts';

const step = { path: '003.sql' } as EngineStep;

function problemOf(t: TestContext, journalMode: string, script: string): string | undefined {
  const db = new Database(join(testFolder(t), 'app.db'));
  db.pragma(`journal_mode = ${journalMode}`);
  db.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
  const pragmas = followPragmas();
  const port = guardedPort(db, 'autocommit', 'the test', { before: pragmas.note });
  for (const { sql } of splitStatements(script)) port.run(sql);
  try {
    pragmas.requireEffect(db, step);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof DrydockError && error.code === 'REVISION_FAILED', String(error));
    return error.what;
  } finally {
    db.close();
  }
}

const wal = 'PRAGMA journal_mode = WAL';
const ignored: readonly (readonly [script: string, told: RegExp, mode?: string])[] = [
  ['PRAGMA auto_vacuum = INCREMENTAL', /auto_vacuum = incremental had no effect: it is still none, .* VACUUM after it/],
  ['PRAGMA main.auto_vacuum(2)', /still none, which takes effect only with a VACUUM after it in the same revision/],
  ['VACUUM; PRAGMA "auto_vacuum" = \'full\'', /still none/],
  ['PRAGMA auto_vacuum = FULL; VACUUM; PRAGMA auto_vacuum = NONE', /still full/],
  ['PRAGMA auto_vacuum = always; VACUUM', /no such value: it is none, full or incremental/],
  ['PRAGMA page_size = 8192', /page_size = 8192 had no effect: it is still 4096, .* VACUUM after it/],
  ['PRAGMA page_size = 8192', /VACUUM after it/, 'wal'],
  [
    'PRAGMA page_size = 8192; VACUUM',
    /cannot change in WAL mode: begin the revision with PRAGMA journal_mode = DELETE/,
    'wal',
  ],
  ['PRAGMA page_size = 5000; VACUUM', /a power of two from 512 to 65536/],
  ['PRAGMA page_size = 131072; VACUUM', /a power of two from 512 to 65536/],
  ['PRAGMA incremental_vacuum', /incremental_vacuum had no effect, since auto_vacuum is none/],
  ['PRAGMA journal_mode = wall', /journal_mode = wall had no effect: it is still delete/],
  ["PRAGMA encoding = 'UTF-16'", /had no effect: it is still utf-8/],
  ['PRAGMA user_versoin = 3', /SQLite has no PRAGMA user_versoin and ignores it/],
  ["PRAGMA key = 'secret'", /SQLite has no PRAGMA key/],
];

for (const [script, told, mode = 'delete'] of ignored) {
  test(`an honest exit: ${script} in ${mode} mode is told of`, (t) => {
    assert.match(problemOf(t, mode, script) ?? 'nothing', told);
  });
}

for (const [mode, script] of [
  ['delete', 'PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA incremental_vacuum; PRAGMA auto_vacuum = 1'],
  ['wal', 'PRAGMA auto_vacuum = 2; VACUUM'],
  ['delete', 'PRAGMA page_size = 8192; PRAGMA auto_vacuum = FULL; VACUUM; PRAGMA page_size'],
  ['wal', `PRAGMA journal_mode = DELETE; PRAGMA page_size(512); VACUUM; ${wal}`],
  ['delete', `${wal}; PRAGMA journal_mode = 'Delete'; PRAGMA journal_mode`],
  ['delete', 'PRAGMA page_size = 4096; PRAGMA auto_vacuum = NONE; PRAGMA auto_vacuum'],
  ['delete', "PRAGMA encoding = 'UTF-8'; PRAGMA user_version = 3; PRAGMA application_id = 0x10; PRAGMA optimize"],
  [
    'delete',
    'PRAGMA Recursive_Triggers = ON; PRAGMA wal_checkpoint(TRUNCATE); EXPLAIN PRAGMA foreign_key_check; VACUUM',
  ],
] as const) {
  test(`an honest exit: nothing is told of ${script} in ${mode} mode`, (t) => {
    assert.equal(problemOf(t, mode, script), undefined);
  });
}
