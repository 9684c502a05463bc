/** All or nothing, of the right database: revisions run from base only where there is nothing that they were not made for. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { sqlRevision } from '../harness/files.ts';
import { assertFailed, moduleRevision } from '../harness/scene.ts';
import { foreign, otherRunTests, shop, strangerTests, usersTable, whoseTests } from './cases-foreign-tables.ts';

strangerTests('rest');
otherRunTests();
whoseTests('rest');

test('all or nothing: a schema that none of the revisions has is named by the stamp that is advised', async (t) => {
  const it = foreign(t, `CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT);`);
  assertFailed(await it.run(['upgrade']), 4, 'drydock stamp <revision> --config', 'compares the schemas');
  assertFailed(await it.run(['stamp', '001_users']), 4, 'email');
});

test('all or nothing: several revisions with one schema are all named', async (t) => {
  const it = foreign(t, usersTable);
  it.revision('002_orders.sql', sqlRevision('002_fill', '001_users', "INSERT INTO users (name) VALUES ('root');"));
  assertFailed(await it.run(['upgrade']), 4, 'each of 001_users, 002_fill', 'drydock stamp <revision>');
  assert.equal((await it.run(['stamp', '002_fill'])).code, 0);
  assert.equal((await it.run(['upgrade'])).code, 0);
});

test('all or nothing: a revision that cannot be run in memory does not hide the refusal', async (t) => {
  const it = foreign(t, shop);
  it.revision('002_orders.sql', sqlRevision('002_orders', '001_users', 'ALTER TABLE nowhere ADD COLUMN n;'));
  assertFailed(await it.run(['upgrade']), 4, 'Is it the right database?');
  writeFileSync(join(it.migrations, '002_orders.ts'), moduleRevision('002_orders', '001_users', 'process.exit(0);'));
  it.revision('002_orders.sql', sqlRevision('003_more', '002_orders', 'SELECT 1;'));
  assertFailed(await it.run(['upgrade']), 4, 'Is it the right database?');
});

test('all or nothing: maintenance does not make a stranger a friend, and ways out work', async (t) => {
  const it = foreign(t, shop);
  assert.equal((await it.run(['stamp', '001_users'])).code, 4, 'the stamp is compared');
  assert.equal((await it.run(['revision', '-m', 'more'])).code, 0);
  const db = new Database(it.database);
  db.exec(
    'CREATE TABLE drydock_history (id INTEGER PRIMARY KEY, run_id TEXT NOT NULL, revision TEXT NOT NULL, direction TEXT NOT NULL, checksum TEXT NOT NULL, started_at TEXT NOT NULL, duration_ms INTEGER NOT NULL, snapshot TEXT, tool_version TEXT NOT NULL, result TEXT NOT NULL)',
  );
  db.prepare('INSERT INTO drydock_history VALUES (1, ?, ?, ?, ?, ?, 1, NULL, ?, ?)').run(
    'r',
    'drydock:optimize',
    'up',
    'a'.repeat(64),
    '2026-01-01T00:00:00.000Z',
    '0.1.0',
    'done',
  );
  db.close();
  assert.equal((await it.run(['upgrade'])).code, 4);
  assert.equal((await it.run(['ensure-version'])).code, 0);
  assert.equal((await it.run(['upgrade'])).code, 0, 'whoever made the version table said that it is at base');
});

test('all or nothing: where nothing is pending nothing is refused', async (t) => {
  const it = foreign(t, shop);
  assert.equal((await it.run(['upgrade', 'base'])).code, 0);
  assert.equal((await it.run(['downgrade', 'base'])).code, 0);
});
