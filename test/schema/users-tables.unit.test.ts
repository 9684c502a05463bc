/** What of two schemas is compared: other tools' tables, and those that the config names, are nobody's drift. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compared } from '../../src/schema/compare/compared.ts';
import { readStoredSchema, type StoredSchema } from '../../src/schema/read-schema.ts';
import { comparedParts } from '../../src/schema/users-tables.ts';
import { databaseOf } from './database.ts';

const posts = 'CREATE TABLE posts (id INTEGER PRIMARY KEY, text TEXT);';
const search = `
  CREATE VIRTUAL TABLE posts_fts USING fts5 (text, content = 'posts', content_rowid = 'id');
  CREATE TRIGGER posts_ai AFTER INSERT ON posts BEGIN INSERT INTO posts_fts (rowid, text) VALUES (new.id, new.text); END;
  CREATE TRIGGER posts_ad AFTER DELETE ON posts BEGIN
    INSERT INTO "Posts_FTS" (posts_fts, rowid, text) VALUES ('delete', old.id, old.text);
  END;
  CREATE TRIGGER posts_au AFTER UPDATE OF text ON posts BEGIN
    DELETE FROM posts_fts WHERE rowid = old.id; UPDATE OR REPLACE [posts_fts] SET text = new.text WHERE rowid = old.id;
  END;`;

interface Case {
  readonly what: string;
  /** Beside `posts`, in the live database. */
  readonly found?: string;
  /** Beside `posts`, of the revisions. */
  readonly made?: string;
  readonly ignored?: readonly string[];
  /** The names of the differences. */
  readonly differ?: readonly string[];
}

const cases: readonly Case[] = [
  { what: 'nothing but what the revisions make' },
  { what: 'a table of nobody', found: 'CREATE TABLE audit (n);', differ: ['audit'] },
  { what: 'a table that is ignored', found: 'CREATE TABLE audit (n);', ignored: ['AUDIT'] },
  { what: 'a table that is ignored and made', made: 'CREATE TABLE audit (n);', ignored: ['audit'] },
  {
    what: 'a table that is ignored and made differently',
    found: 'CREATE TABLE audit (n, m); CREATE INDEX by_n ON audit (n);',
    made: 'CREATE TABLE audit (n TEXT); CREATE TRIGGER t AFTER INSERT ON audit BEGIN SELECT 1; END;',
    ignored: ['audit'],
  },
  { what: 'a view that is ignored', found: 'CREATE VIEW v AS SELECT 1;', ignored: ['v'] },
  {
    what: 'a view with a trigger',
    found: 'CREATE VIEW v AS SELECT 1 AS n; CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN SELECT 1; END;',
    ignored: ['v'],
  },
  {
    what: 'tables with a prefix',
    found: 'CREATE TABLE gpkg_a (n); CREATE TABLE gpk (n);',
    ignored: ['gpkg_*'],
    differ: ['gpk'],
  },
  {
    what: 'a full-text index of the application',
    found: search,
    differ: ['posts_ad', 'posts_ai', 'posts_au', 'posts_fts'],
  },
  { what: 'a full-text index that is ignored, and what fills it', found: search, ignored: ['posts_fts'] },
  { what: 'a full-text index that is ignored by a prefix', found: search, ignored: ['posts_fts*'] },
  {
    what: 'shadow tables of a module that is not loaded',
    found: 'CREATE TABLE vec_chunks (n); CREATE TABLE vec_rowids (n); CREATE INDEX i ON vec_chunks (n);',
    ignored: ['vec_*'],
  },
  {
    what: 'a trigger that only reads what is ignored',
    found:
      'CREATE TABLE audit (n); CREATE TRIGGER t AFTER UPDATE ON posts BEGIN UPDATE posts SET text = (SELECT n FROM audit); END;',
    ignored: ['audit'],
    differ: ['t'],
  },
  {
    what: 'a trigger that fills what only the database has, on both sides',
    found: 'CREATE TABLE audit (n); CREATE TRIGGER t AFTER UPDATE ON posts BEGIN INSERT INTO audit VALUES (1); END;',
    made: 'CREATE TRIGGER t AFTER UPDATE ON posts BEGIN INSERT INTO audit VALUES (2); END;',
    ignored: ['audit'],
  },
  ...[
    'alembic_version (n)',
    'drydock_history (n)',
    '_prisma_migrations (id)',
    '__drizzle_migrations (id)',
    'knex_migrations (id)',
    'knex_migrations_lock (id)',
    'django_migrations (id)',
    'd1_migrations (id)',
    'goose_db_version (id)',
    'ar_internal_metadata (key)',
    'schema_migrations (version)',
    'schema_migrations (version, dirty)',
    'migrations (id, migration, batch)',
    '_litestream_seq (id, seq)',
    '_litestream_lock (id)',
    '_cf_KV (key, value)',
    '_sqlx_migrations (version)',
  ].map((table) => ({ what: `another tool's ${table}`, found: `CREATE TABLE ${table}; CREATE INDEX i ON ${table};` })),
  {
    what: 'a table with the name of a history and other columns',
    found: 'CREATE TABLE migrations (bird, flock);',
    differ: ['migrations'],
  },
  {
    what: "another tool's table that the revisions make, and that is missing",
    made: 'CREATE TABLE django_migrations (id);',
    differ: ['django_migrations'],
  },
  {
    what: "another tool's table that the revisions make otherwise",
    found: 'CREATE TABLE django_migrations (id);',
    made: 'CREATE TABLE django_migrations (id, app);',
    differ: ['app'],
  },
];

for (const { what, found = '', made = '', ignored = [], differ = [] } of cases) {
  test(`compared: ${what}`, () => {
    const parts = comparedParts(stored(posts + found), stored(posts + made), ignored);
    const { differences } = compared(parts.found, parts.made);
    assert.deepEqual(differences.map(({ name }) => name).sort(), differ);
  });
}

function stored(script: string): StoredSchema {
  const db = databaseOf(script);
  try {
    return readStoredSchema({ all: (sql) => db.prepare<[], Record<string, unknown>>(sql).all() });
  } finally {
    db.close();
  }
}
