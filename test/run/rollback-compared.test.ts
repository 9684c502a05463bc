import assert from 'node:assert/strict';
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { drydock, startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion, integrity } from '../harness/dump.ts';
import { createDatabase, journalModes, productionDatabase, revisionFolder, testFolder } from '../harness/files.ts';
import { needs, smallVolume } from '../harness/volumes.ts';
import { otherProcess } from '../harness/writer.ts';
import {
  comparedWithSnapshot,
  failsBesideReader,
  freedSql,
  intoFreePages,
  revisions,
} from './helpers-rollback-compared.ts';

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
