import assert from 'node:assert/strict';
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import { drydock, startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion, integrity } from '../harness/dump.ts';
import { journalModes, productionDatabase, revisionFolder, sqlRevision, testFolder } from '../harness/files.ts';

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

/** What a failing disk does: other bytes, and nobody's transaction. */
function overwriteLastPage(database: string): void {
  const fd = openSync(database, 'r+');
  try {
    writeSync(fd, Buffer.alloc(2048, 0x5a), 0, 2048, statSync(database).size - 2048);
  } finally {
    closeSync(fd);
  }
}
