import assert from 'node:assert/strict';
import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { drydock, startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { createDatabase, journalModes, productionDatabase, revisionFolder, testFolder } from '../harness/files.ts';
import { otherProcess } from '../harness/writer.ts';
import {
  comparedWithSnapshot,
  failsBesideReader,
  freedSql,
  intoFreePages,
  revisions,
} from './helpers-rollback-compared.ts';

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

for (const mode of journalModes) {
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
