/** What one revision leaves in the connection is not there for the next: one run is what a run for each would be. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { drydock } from '../harness/drydock.ts';
import { createDatabase, revisionFolder, sqlRevision, testFolder } from '../harness/files.ts';
import { leftOverTests, tables } from './cases-revision-connection.ts';

leftOverTests('default');

test('no lost write: working copy: a revision that turns foreign keys on does not have the next one delete children', async (t) => {
  const folder = testFolder(t);
  const database = createDatabase(join(folder, 'app.db'), 'delete', tables);
  const migrations = revisionFolder(folder, {
    '001.sql': sqlRevision(
      '001',
      undefined,
      "PRAGMA foreign_keys = ON; INSERT INTO log VALUES ('x');",
      '',
      '-- transaction: false',
    ),
    '002.sql': sqlRevision(
      '002',
      '001',
      'DROP VIEW names; CREATE TABLE a2 (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO a2 SELECT * FROM a; DROP TABLE a; ALTER TABLE a2 RENAME TO a;',
    ),
  });
  const ended = await drydock(['upgrade', '--from-base', '--database', database, '--migrations', migrations]);
  assert.equal(ended.code, 0, ended.stderr);
});

test('honest exit: a revision cannot switch CHECK off', async (t) => {
  const folder = testFolder(t);
  const database = createDatabase(join(folder, 'app.db'), 'delete', tables);
  const migrations = revisionFolder(folder, {
    '001.sql': sqlRevision('001', undefined, 'PRAGMA ignore_check_constraints = ON;'),
  });
  const ended = await drydock(['upgrade', '--from-base', '--database', database, '--migrations', migrations]);
  assert.equal(ended.code, 2, ended.stderr);
  assert.match(ended.error, /001\.sql:3.*ignore_check_constraints is not allowed in a revision/);
});
