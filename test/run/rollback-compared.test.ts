import assert from 'node:assert/strict';
import { closeSync, openSync, readdirSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
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
import { needs, smallVolume } from '../harness/volumes.ts';
import { otherProcess } from '../harness/writer.ts';

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

const comparedWithSnapshot = /unchanged \(rolled back, and compared with snapshot/;

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
    assert.match(error, comparedWithSnapshot);
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
    assert.match(error, comparedWithSnapshot);
  });
}

test('honest exit: a failed run is compared while others read, who keep the WAL as it is', async (t) => {
  const { database, args, before, other } = await failsBesideReader(t);
  const { code, error } = await drydock(args);
  assert.equal(code, 20, error);
  assert.match(error, comparedWithSnapshot);
  await other.end();
  assert.equal(dumpWithVersion(database), before);
  assert.deepEqual(
    readdirSync(`${database}.snapshots`).filter((name) => name.includes('.tmp')),
    [],
  );
});

test('honest exit: a failed run that there is no room to compare ends with 12', needs('mount', 'umount'), async (t) => {
  const volume = smallVolume(t, 64 * 1024 * 1024);
  const { database, args, before, other } = await failsBesideReader(t, volume.path);
  const run = startDrydock(args, { pauseAt: 'phase:rollback' });
  await run.reached();
  volume.fill();
  run.goOn();
  const { code, error } = await run.finished;
  assert.equal(code, 12, error);
  assert.match(error, /nowhere.*no room to compare/);
  volume.free();
  await other.end();
  assert.equal(dumpWithVersion(database), before);
});

for (const mode of journalModes) {
  test(`honest exit: a failed run after which others have written is checked in the place of compared (${mode})`, async (t) => {
    const folder = testFolder(t);
    const database = createDatabase(join(folder, 'app.db'), mode, freedSql);
    const args = ['upgrade', '--database', database, '--migrations', revisionFolder(folder, revisions)];
    const run = startDrydock(args, { pauseAt: 'engine:released' });
    await run.reached();
    const other = await otherProcess(database, 60_000);
    await other.run("INSERT INTO kept VALUES (2, 'of another program')");
    run.goOn();
    const { code, error } = await run.finished;
    await other.end();
    assert.equal(code, 20, error);
    assert.match(error, /others have written since, and the database was checked and is sound/);
    assert.match(dumpWithVersion(database), /of another program/);
  });

  test(`honest exit: what a killed engine left is compared too (${mode})`, async (t) => {
    const folder = testFolder(t);
    const database = createDatabase(join(folder, 'app.db'), mode, freedSql);
    const before = dumpWithVersion(database);
    const migrations = revisionFolder(folder, { ...revisions, '003.sql': intoFreePages });
    const run = startDrydock(['upgrade', '--database', database, '--migrations', migrations], {
      pauseAt: 'phase:rollback',
    });
    await run.reached();
    process.kill(await run.enginePid(), 'SIGKILL');
    run.goOn();
    const { code, error } = await run.finished;
    assert.equal(code, 20, error);
    assert.match(error, comparedWithSnapshot);
    assert.equal(dumpWithVersion(database), before);
  });

  test(`honest exit: a failed run that a lock keeps from being compared has no code with which an application starts (${mode})`, async (t) => {
    const folder = testFolder(t);
    const database = createDatabase(join(folder, 'app.db'), mode, freedSql);
    const migrations = revisionFolder(folder, revisions);
    const args = ['upgrade', '--database', database, '--migrations', migrations, '--busy-timeout', '300ms'];
    const run = startDrydock(args, { pauseAt: 'engine:released' });
    await run.reached();
    const other = await otherProcess(database, 60_000);
    await other.run('BEGIN IMMEDIATE');
    run.goOn();
    const { code, error } = await run.finished;
    await other.end();
    assert.equal(code, 11, error);
    assert.match(error, /nowhere.*next start finishes the rollback.*Stop what holds the database locked/);
  });
}

/** In WAL mode, with a reader whose transaction is open. */
async function failsBesideReader(t: TestContext, folder = testFolder(t)) {
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

/** What a failing disk does: other bytes, and nobody's transaction. */
function overwriteLastPage(database: string): void {
  const fd = openSync(database, 'r+');
  try {
    writeSync(fd, Buffer.alloc(2048, 0x5a), 0, 2048, statSync(database).size - 2048);
  } finally {
    closeSync(fd);
  }
}
