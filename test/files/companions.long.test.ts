/** The main file is gone, empty or short, and its -wal or -journal is not: nothing may be lost by looking. */
import { lossTests } from './cases-companions.ts';

lossTests('rest');

import assert from 'node:assert/strict';
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dump } from '../harness/dump.ts';
import { journalModes, testFolder } from '../harness/files.ts';
import { killAt } from '../harness/kill.ts';
import { listed, placeWithSnapshot } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { upgraded } from '../run/cases-kill-restore.ts';
import { left, lengthTests, misfitTests, suffixOf, wildWriterTests } from './cases-companions.ts';
import { copyOf, filesOf, leaveHotJournal, leaveWal, losses, restoredWith } from './helpers-companions.ts';

misfitTests('rest');
lengthTests('rest');
wildWriterTests(25);

for (const mode of journalModes) {
  test(`a proven way back: the right file, put back beside its ${suffixOf[mode]}, has every row (${mode})`, async (t) => {
    for (const loss of ['emptied', 'gone', 'cut short'] as const) {
      const { here, rightFile } = await left(t, mode);
      const expected = dump(copyOf(here.database, testFolder(t)));
      losses[loss](here.database);
      assertRefusal(await here.run(['upgrade']), 13, /put it back as .*app\.db beside app\.db-/);
      copyFileSync(rightFile, here.database);
      const upgraded = await here.run(['snapshot', 'create']);
      assert.equal(upgraded.code, 0, upgraded.stderr);
      assert.equal(dump(here.database), expected);
    }
  });

  test(`a proven way back: companions of files that were lost one after the other are all kept (${mode})`, async (t) => {
    const here = await placeWithSnapshot(t, mode);
    const [snapshot] = await listed(here);
    const lost = [];
    for (let time = 1; time <= 2; time += 1) {
      if (mode === 'wal') await leaveWal(here.database);
      else await leaveHotJournal(here.database);
      losses.gone(here.database);
      lost.push(filesOf(here.database));
      const restored = await here.run(['snapshot', 'restore', snapshot?.id ?? '']);
      assert.equal(restored.code, 0, restored.stderr);
    }
    const work = `${here.database}.drydock`;
    const kept = readdirSync(work).filter((name) => name.startsWith('damaged-before-'));
    assert.deepEqual(
      new Set(kept.map((folder) => JSON.stringify(filesOf(join(work, folder, 'app.db'))))),
      new Set(lost.map((files) => JSON.stringify(files))),
    );
  });
}

test('all or nothing: a restore that was killed goes on by itself though the file was emptied since', async (t) => {
  const story = await upgraded(t, 'wal');
  await leaveWal(story.database, 'UPDATE comments SET likes = likes + 1');
  await killAt(story.restore, 'engine:before-replace', 'both');
  losses.emptied(story.database);
  await restoredWith(story, ['snapshot', 'prune', '--json'], filesOf(story.database));
});
