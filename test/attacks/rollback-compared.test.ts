import assert from 'node:assert/strict';
import { closeSync, openSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { drydock, startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion, integrity } from '../harness/dump.ts';
import {
  createDatabase,
  journalModes,
  productionDatabase,
  revisionFolder,
  sqlRevision,
  testFolder,
} from '../harness/files.ts';

const revisions = {
  '001.sql': sqlRevision('001_initial', undefined, 'SELECT 1;'),
  '002.sql': sqlRevision('002_weighted_sentiment', '001_initial', 'SELECT 1;'),
  '003.sql': sqlRevision('003_bad', '002_weighted_sentiment', 'CREATE TABLE t (a);\nINSERT INTO nowhere VALUES (1);'),
};

for (const mode of journalModes) {
  test(`a proven way back: damage that comes in while a failed run is rolled back is found and undone (${mode})`, async (t) => {
    const folder = testFolder(t);
    const database = productionDatabase(folder, mode);
    const args = ['upgrade', '--database', database, '--migrations', revisionFolder(folder, revisions)];
    const before = dumpWithVersion(database);

    const run = startDrydock(args, { pauseAt: 'phase:rollback' });
    await run.reached();
    overwriteLastPage(database);
    run.goOn();
    const { code, error } = await run.finished;

    assert.equal(code, 22, error);
    assert.match(error, /nowhere.*rollback was not complete.*was put back and verified.*kept in/);
    assert.equal(dumpWithVersion(database), before);
    assert.equal(integrity(database), 'ok');
    const { snapshots } = (await drydock(['snapshot', 'list', '--database', database, '--json'])).json<{
      snapshots: { reason: string }[];
    }>();
    assert.deepEqual(snapshots.map(({ reason }) => reason).sort(), ['replaced', 'upgrade']);
  });
}

/** Most of the file is free pages, which SQLite takes without journaling what was in them. */
const freedSql = `
  CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
  INSERT INTO alembic_version VALUES ('002_weighted_sentiment');
  CREATE TABLE kept (id INTEGER PRIMARY KEY, text);
  INSERT INTO kept VALUES (1, 'as it was');
  CREATE TABLE freed (text);
  INSERT INTO freed WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT hex(zeroblob(1500)) FROM n;
  DELETE FROM freed;
`;
const intoFreePages = sqlRevision(
  '003_bad',
  '002_weighted_sentiment',
  // So small a cache is spilled to the file before the commit.
  `PRAGMA cache_size = 5;
   INSERT INTO freed WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1500) SELECT hex(zeroblob(1500)) || i FROM n;
   INSERT INTO nowhere VALUES (1);`,
);

for (const mode of journalModes) {
  test(`honest exit: what a failed run left in free pages is no damage (${mode})`, async (t) => {
    const folder = testFolder(t);
    const database = createDatabase(join(folder, 'app.db'), mode, freedSql);
    const before = dumpWithVersion(database);
    const migrations = revisionFolder(folder, { ...revisions, '003.sql': intoFreePages });
    const { code, error } = await drydock(['upgrade', '--database', database, '--migrations', migrations]);
    assert.equal(code, 20, error);
    // In WAL mode what was rolled back stands in the WAL, and nothing of it in the file.
    const compared =
      mode === 'wal' ? /unchanged \(SQLite rolled back; its WAL/ : /unchanged \(rolled back, and compared with/;
    assert.match(error, compared);
    assert.equal(dumpWithVersion(database), before);
  });

  test(`honest exit: bytes behind the last page are no damage of a failed run's (${mode})`, async (t) => {
    const folder = testFolder(t);
    const database = productionDatabase(folder, mode);
    truncateSync(database, statSync(database).size + 65_536);
    const { code, error } = await drydock([
      'upgrade',
      '--database',
      database,
      '--migrations',
      revisionFolder(folder, revisions),
    ]);
    assert.equal(code, 20, error);
    assert.match(error, /unchanged \(rolled back, and compared with snapshot/);
  });
}

/** What a failing disk does: other bytes, and nobody's transaction. */
function overwriteLastPage(database: string): void {
  const fd = openSync(database, 'r+');
  try {
    writeSync(fd, Buffer.alloc(2048, 0x5a), 0, 2048, statSync(database).size - 2048);
  } finally {
    closeSync(fd);
  }
}
