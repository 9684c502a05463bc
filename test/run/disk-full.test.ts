/**
 * The disk is full before the run or fills up in the middle of it. Whatever could not be written, the content is the old
 * one, the exit code says what happened, and after space is freed the next run succeeds.
 */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { journalModes } from '../harness/files.ts';
import { fullPlace, megabyte } from '../harness/full-volume.ts';
import { assertSilentRefusal, folderState } from '../harness/refusal.ts';
import { withDatabase } from '../harness/restorable.ts';
import { nothingChanged } from '../harness/sentences.ts';
import { assertOldThenUpgradable, fillingTests, options } from './helpers-disk-full.ts';

for (const mode of journalModes) {
  test(
    `all or nothing: too little space for a snapshot is refused with 12 before anything is copied (${mode})`,
    options,
    async (t) => {
      const full = fullPlace(t, mode);
      full.volume.fill(3 * megabyte);
      const before = folderState(full.here.migrations);
      for (const args of [['upgrade'], ['stamp', 'head', '--force']]) {
        assertSilentRefusal(await full.here.run(args), 12, /MB free/, /needs about/, nothingChanged, /snapshot prune/);
      }
      assert.equal(folderState(full.here.migrations), before);
      await assertOldThenUpgradable(full);
    },
  );

  test(
    `a proven way back: prune, which a full disk is told to be mended with, needs no room (${mode})`,
    options,
    async (t) => {
      const { here, volume } = fullPlace(t, mode);
      const made: string[] = [];
      for (const price of [1, 2]) {
        withDatabase(here.database, (db) => db.prepare('UPDATE items SET price = ? WHERE id = 1').run(price));
        const created = await here.run(['snapshot', 'create', '--json']);
        assert.equal(created.code, 0, created.stderr);
        made.push(created.json<{ snapshot: { id: string } }>().snapshot.id);
      }
      writeFileSync(
        `${here.root}/keep-one.yaml`,
        'database: data/app.db\nmigrations: migrations\nsnapshots: { keep: 1 }\n',
      );
      volume.fill();
      const pruned = await here.run(['snapshot', 'prune', '--json', '--config', 'keep-one.yaml']);
      assert.equal(pruned.code, 0, pruned.stderr);
      assert.deepEqual(pruned.json()['pruned'], made.slice(0, 1));
      assert.match(pruned.stderr, /no room for the lock directory \S+ that other tools see/);
      assert.ok(volume.freeBytes() > megabyte);
      assert.equal((await here.run(['snapshot', 'verify', 'latest'])).code, 0);
    },
  );

  fillingTests(mode, 'default');
}
