/** All or nothing, of the right database: revisions run from base only where there is nothing that they were not made for. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { dumpWithVersion } from '../harness/dump.ts';
import { sqlRevision } from '../harness/files.ts';
import { assertFailed, assertUntouched, contentOf, moduleRevision } from '../harness/scene.ts';
import { foreign, shop, strangerTests, usersTable } from './cases-foreign-tables.ts';

strangerTests('default');

const saysNothing: Readonly<Record<string, string>> = {
  'an empty alembic_version':
    'CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));',
  'a view alone': 'CREATE VIEW stock AS SELECT 1 AS n;',
  'an empty table': 'CREATE TABLE Stock (n);',
  'a full-text index': 'CREATE VIRTUAL TABLE stock USING fts5 (text);',
  'a table of birds': 'CREATE TABLE migrations (id INTEGER PRIMARY KEY, bird TEXT, seen TEXT);',
  'another tool with tables of its own':
    'CREATE TABLE _prisma_migrations (id TEXT PRIMARY KEY); CREATE TABLE "User" (id INTEGER PRIMARY KEY);',
  'a WITHOUT ROWID table': 'CREATE TABLE stock (k TEXT PRIMARY KEY) WITHOUT ROWID;',
  'a name that needs quotes': 'CREATE TABLE "or""der * select" (n);',
};

for (const [name, sql] of Object.entries(saysNothing)) {
  test(`all or nothing: ${name} is somebody's`, async (t) => {
    const extra = name === 'an empty alembic_version' ? 'CREATE TABLE stock (n);' : '';
    const it = foreign(t, `${sql}${extra}`);
    const before = contentOf(it);
    assertFailed(await it.run(['upgrade']), 4, 'does not say at which revision it is');
    assertUntouched(it, before);
  });
}

const nobodys: Readonly<Record<string, string>> = {
  'an empty alembic_version': saysNothing['an empty alembic_version'] ?? '',
  'an empty database with statistics': 'CREATE TABLE t (n); CREATE INDEX i ON t (n); ANALYZE; DROP TABLE t;',
  'an AUTOINCREMENT that is gone': 'CREATE TABLE t (n INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE t;',
  Litestream:
    'CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER); CREATE TABLE _litestream_lock (id INTEGER); INSERT INTO _litestream_seq VALUES (1, 1);',
  'Cloudflare D1':
    'CREATE TABLE _cf_KV (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID; CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE);',
  'tables of other migration tools': [
    '_prisma_migrations',
    '__drizzle_migrations',
    'knex_migrations',
    'knex_migrations_lock',
    'django_migrations',
    'ar_internal_metadata',
    'flyway_schema_history',
    'SequelizeMeta',
    'goose_db_version',
    '_sqlx_migrations',
    '__diesel_schema_migrations',
    '__EFMigrationsHistory',
    '__EFMigrationsLock',
    'kysely_migration',
    'kysely_migration_lock',
    'mikro_orm_migrations',
    'DATABASECHANGELOG',
    'DATABASECHANGELOGLOCK',
    '_yoyo_migration',
    'yoyo_lock',
  ]
    .map((table) => `CREATE TABLE "${table}" (id INTEGER PRIMARY KEY);`)
    .join('\n'),
  'dbmate or Rails': 'CREATE TABLE "schema_migrations" (version varchar(128) primary key);',
  'golang-migrate':
    'CREATE TABLE schema_migrations (version uint64, dirty bool); CREATE UNIQUE INDEX version_unique ON schema_migrations (version);',
  TypeORM:
    'CREATE TABLE "migrations" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "timestamp" bigint NOT NULL, "name" varchar NOT NULL);',
  Laravel: 'CREATE TABLE migrations (id integer primary key autoincrement, migration varchar, batch integer);',
};

for (const [name, sql] of Object.entries(nobodys)) {
  test(`all or nothing: a first install beside ${name} goes on`, async (t) => {
    const it = foreign(t, sql);
    const result = await it.run(['upgrade']);
    assert.equal(result.code, 0, result.stderr);
  });
}

test('all or nothing: tables that the config names are not asked about', async (t) => {
  const sql = 'CREATE TABLE Spatial_Ref_Sys (n); CREATE TABLE gpkg_contents (n); CREATE VIEW gpkg_extra AS SELECT 1;';
  const it = foreign(t, sql, 'delete', 'ignore_tables: [spatial_ref_sys, "GPKG_*"]\n');
  assert.equal((await it.run(['upgrade'])).code, 0);
  const other = foreign(t, `${sql} CREATE TABLE gpk (n);`, 'delete', 'ignore_tables: [spatial_ref_sys, "GPKG_*"]\n');
  assertFailed(await other.run(['upgrade']), 4, 'it has gpk (0 rows).');
});

test('all or nothing: who means it says so in the config or the environment', async (t) => {
  const it = foreign(t, shop, 'delete', 'from_base: allow\n');
  assert.equal((await it.run(['upgrade'], { env: { DRYDOCK_FROM_BASE: 'refuse' } })).code, 4);
  assertFailed(
    await it.run(['upgrade'], { env: { DRYDOCK_FROM_BASE: 'yes' } }),
    2,
    'DRYDOCK_FROM_BASE',
    'refuse or allow',
  );
  assert.equal((await it.run(['upgrade'])).code, 0);
});

test('all or nothing: tables that the revisions make themselves are a question of where to begin', async (t) => {
  const it = foreign(t, `${usersTable} INSERT INTO users VALUES (1, 'a');`);
  const before = contentOf(it);
  for (const verb of ['upgrade', 'plan', 'rehearse', 'check']) {
    assertFailed(
      await it.run([verb]),
      4,
      'users (1 row)',
      'make users themselves',
      'drydock stamp 001_users, then run again',
    );
    assertUntouched(it, before);
  }
  assert.equal((await it.run(['stamp', '001_users'])).code, 0);
  assert.equal((await it.run(['upgrade'])).code, 0);
  assert.match(dumpWithVersion(it.database), /-- users\n\["1n","1n","a"\]/);
});

test('all or nothing: a schema that none of the revisions has is named by the stamp that is advised', async (t) => {
  const it = foreign(t, `CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT);`);
  assertFailed(await it.run(['upgrade']), 4, 'drydock stamp <revision>, which compares the schemas');
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
