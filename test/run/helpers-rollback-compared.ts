/** What the quick and the long tests of this subject share. */
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import { createDatabase, revisionFolder, sqlRevision, testFolder } from '../harness/files.ts';
import { otherProcess } from '../harness/writer.ts';

export const revisions = {
  '001.sql': sqlRevision('001_initial', undefined, 'SELECT 1;'),
  '002.sql': sqlRevision('002_weighted_sentiment', '001_initial', 'SELECT 1;'),
  '003.sql': sqlRevision('003_bad', '002_weighted_sentiment', 'CREATE TABLE t (a);\nINSERT INTO nowhere VALUES (1);'),
};

export const comparedWithSnapshot = /unchanged \(rolled back, and compared with snapshot/;

/** Most of the file is free pages, which SQLite takes without journaling what was in them. */
export const freedSql = `
  CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
  INSERT INTO alembic_version VALUES ('002_weighted_sentiment');
  CREATE TABLE kept (id INTEGER PRIMARY KEY, text);
  INSERT INTO kept VALUES (1, 'as it was');
  CREATE TABLE freed (text);
  INSERT INTO freed WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT hex(zeroblob(1500)) FROM n;
  DELETE FROM freed;
`;

export const intoFreePages = sqlRevision(
  '003_bad',
  '002_weighted_sentiment',
  // So small a cache is spilled to the file before the commit.
  `PRAGMA cache_size = 5;
   INSERT INTO freed WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1500) SELECT hex(zeroblob(1500)) || i FROM n;
   INSERT INTO nowhere VALUES (1);`,
);

/** In WAL mode, with a reader whose transaction is open. */
export async function failsBesideReader(t: TestContext, folder = testFolder(t)) {
  const database = createDatabase(join(folder, 'app.db'), 'wal', freedSql);
  const other = await otherProcess(database, 60_000);
  t.after(() => other.end());
  await other.run("UPDATE kept SET text = 'in the WAL' WHERE id = 1");
  const before = dumpWithVersion(database);
  await other.run('BEGIN');
  await other.run('SELECT * FROM kept');
  const migrations = revisionFolder(folder, { ...revisions, '003.sql': intoFreePages });
  return { database, before, other, args: ['upgrade', '--database', database, '--migrations', migrations] };
}
