/** The main file is cut in the middle of a page. SQLite rounds its size up, and reads what is missing as zeros. */

import assert from 'node:assert/strict';
import { renameSync, statSync, truncateSync } from 'node:fs';
import { test } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import { createDatabase, journalModes } from '../harness/files.ts';
import { itemsAt001, listed, place, placeWithSnapshot } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { nothingChanged } from '../harness/sentences.ts';
import { left, suffixOf } from './cases-companions.ts';
import { filesOf, leaveUnsyncedJournal } from './helpers-companions.ts';

for (const mode of journalModes) {
  test(`no lost write: a database that is cut inside its last page beside its ${suffixOf[mode]} is not completed with zeros (${mode})`, async (t) => {
    const { here } = await left(t, mode);
    truncateSync(here.database, 4096 + 100);
    const before = filesOf(here.database);
    for (const verb of ['verify', 'upgrade']) {
      const says = new RegExp(`truncated \\(4,196 bytes, 1 whole page of 4,096\\).*app\\.db${suffixOf[mode]}`);
      assertRefusal(await here.run([verb]), 13, says, /in neither file/);
      assert.deepEqual(filesOf(here.database), before);
    }
  });
}

for (const mode of journalModes) {
  test(`honest exit: a database that ends in the middle of a page is not called sound, and is restored as advised (${mode})`, async (t) => {
    const here = await placeWithSnapshot(t, mode);
    const [snapshot] = await listed(here);
    const taken = dumpWithVersion(here.database);
    truncateSync(here.database, statSync(here.database).size - 100);
    const before = filesOf(here.database);
    for (const verb of ['verify', 'upgrade'])
      assertRefusal(await here.run([verb]), 13, /app\.db is damaged: it ends in the middle of a page/, nothingChanged);
    assert.deepEqual(filesOf(here.database), before);
    assert.equal((await here.run(['snapshot', 'restore', snapshot?.id ?? '', '--yes'])).code, 0);
    assert.equal(dumpWithVersion(here.database), taken);
  });
}

test('no lost write: the journal beside an emptied database is kept also if it was never forced to the disk', async (t) => {
  const here = place(t);
  await leaveUnsyncedJournal(here.database);
  const intact = filesOf(here.database);
  assert.equal((await here.run(['current'])).code, 0, 'beside a whole database it is in nobody’s way');
  assert.deepEqual(filesOf(here.database), intact);
  // A smaller database, whose transaction kept its journal in memory and left this one where it was.
  createDatabase(`${here.database}.new`, 'delete', itemsAt001.replace('i < 2000', 'i < 2'));
  renameSync(here.database, `${here.database}.old`);
  renameSync(`${here.database}.new`, here.database);
  for (const verb of ['current', 'verify']) assert.equal((await here.run([verb])).code, 0, verb);
  renameSync(`${here.database}.old`, here.database);
  truncateSync(here.database);
  const before = filesOf(here.database);
  for (const verb of ['current', 'upgrade'])
    assertRefusal(
      await here.run([verb]),
      13,
      /app\.db is empty, and the transaction to roll back from .*app\.db-journal/,
    );
  assert.deepEqual(filesOf(here.database), before);
});
