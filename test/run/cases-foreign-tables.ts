/** A database with the tables of another application, at the verbs that would run revisions on it and at those that would not. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import { bothJournalModes, sqlRevision } from '../harness/files.ts';
import { assertFailed, assertUntouched, contentOf, type Part, type Scene, scene } from '../harness/scene.ts';

const files = {
  '001_users.sql': sqlRevision(
    '001_users',
    undefined,
    'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);',
    'DROP TABLE users;',
  ),
  '002_orders.sql': sqlRevision(
    '002_orders',
    '001_users',
    'CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER);',
    'DROP TABLE orders;',
  ),
};

export const shop =
  'CREATE TABLE customers (id INTEGER PRIMARY KEY); INSERT INTO customers VALUES (1), (2); CREATE VIEW firsts AS SELECT 1;';
export const usersTable = 'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);';

export function foreign(t: TestContext, sql: string, mode = bothJournalModes[0] ?? 'delete', config = ''): Scene {
  return scene(t, { mode, files, sql, config });
}

/** One mode by default, the other in the rest. */
export function strangerTests(part: Part): void {
  for (const mode of bothJournalModes.filter((one) => (one === 'delete') === (part === 'default'))) {
    test(`all or nothing: revisions do not run on another application's tables, ${mode}`, async (t) => {
      const it = foreign(t, shop, mode);
      const before = contentOf(it);
      for (const args of [['upgrade'], ['rehearse'], ['plan'], ['check']]) {
        const result = await it.run(args);
        assertFailed(result, 4, 'customers (2 rows)', 'the view firsts', 'Is it the right database?', '--from-base');
        assertUntouched(it, before);
      }
      const doctor = await it.run(['doctor', '--json']);
      assert.equal(doctor.code, 4);
      assert.match(doctor.stdout, /customers \(2 rows\)/);
      assert.match(doctor.stdout, /drydock plan/);
      for (const args of [['current'], ['history'], ['heads'], ['verify'], ['stats'], ['snapshot', 'create']]) {
        assert.equal((await it.run(args)).code, 0, args.join(' '));
      }
      assert.equal(contentOf(it), before);

      assert.equal((await it.run(['rehearse', '--from-base'])).code, 0);
      assert.equal((await it.run(['plan', '--from-base'])).code, 0);
      assert.equal((await it.run(['check', '--from-base'])).code, 3);
      assert.equal((await it.run(['upgrade', '--from-base'])).code, 0);
      assert.match(dumpWithVersion(it.database), /002_orders/);
      assert.equal((await it.run(['downgrade', 'base', '--yes'])).code, 0);
      assert.equal((await it.run(['upgrade'])).code, 0, 'what has a history is no stranger');
    });
  }
}

/** More ways to ask for a run. */
export function otherRunTests(): void {
  for (const mode of bothJournalModes) {
    test(`all or nothing: neither a part of an upgrade nor a rehearsed one runs on another application's tables, ${mode}`, async (t) => {
      const it = foreign(t, shop, mode);
      const before = contentOf(it);
      for (const args of [
        ['upgrade', '+1'],
        ['upgrade', '--rehearse'],
      ]) {
        const result = await it.run(args);
        assertFailed(result, 4, 'customers (2 rows)', 'the view firsts', 'Is it the right database?', '--from-base');
        assertUntouched(it, before);
      }
    });
  }
}

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

/** One in six by default, the others in the rest. */
function inPart(
  databases: Readonly<Record<string, string>>,
  part: Part,
): readonly (readonly [name: string, sql: string])[] {
  return Object.entries(databases).filter((_, index) => (index % 6 === 0) === (part === 'default'));
}

export function whoseTests(part: Part): void {
  for (const [name, sql] of inPart(saysNothing, part)) {
    test(`all or nothing: ${name} is somebody's`, async (t) => {
      const extra = name === 'an empty alembic_version' ? 'CREATE TABLE stock (n);' : '';
      const it = foreign(t, `${sql}${extra}`);
      const before = contentOf(it);
      assertFailed(await it.run(['upgrade']), 4, 'does not say at which revision it is');
      assertUntouched(it, before);
    });
  }

  for (const [name, sql] of inPart(nobodys, part)) {
    test(`all or nothing: a first install beside ${name} goes on`, async (t) => {
      const it = foreign(t, sql);
      const result = await it.run(['upgrade']);
      assert.equal(result.code, 0, result.stderr);
    });
  }
}
