/**
 * The disk is full before the run or fills up in the middle of it. Whatever could not be written, the content is the old
 * one, the exit code says what happened, and after space is freed the next run succeeds.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { journalModes } from '../harness/files.ts';
import { fullPlace, megabyte } from '../harness/full-volume.ts';
import { listed } from '../harness/place.ts';
import { assertSilentRefusal } from '../harness/refusal.ts';
import { withDatabase } from '../harness/restorable.ts';
import { assertOldThenUpgradable, fillingTests, options } from './helpers-disk-full.ts';

for (const mode of journalModes) {
  test(
    `honest exit: no run is refused for the room that snapshots take which retention does not keep (${mode})`,
    options,
    async (t) => {
      const full = fullPlace(t, mode);
      const { here, volume } = full;
      for (const name of ['first', 'second', 'third', 'fourth']) {
        withDatabase(here.database, (db) => db.prepare('UPDATE items SET name = ? WHERE id = 1').run(name));
        assert.equal((await here.run(['snapshot', 'create'])).code, 0);
      }
      writeFileSync(
        join(here.root, 'config/drydock.yaml'),
        'database: ../data/app.db\nmigrations: ../migrations\nsnapshots: { keep: 1 }\n',
      );
      volume.fill(3 * megabyte);
      const all = await listed(here);
      const upgrade = await here.run(['upgrade', '--json']);
      assert.equal(upgrade.code, 0, upgrade.stderr);
      // The last one is of the state that the upgrade found, and its way back.
      const removed = all.slice(0, -1).map(({ id }) => id);
      assert.deepEqual(upgrade.json<{ pruned: string[] }>().pruned, removed);
    },
  );

  test(`all or nothing: not one byte free is refused with 12 (${mode})`, options, async (t) => {
    const full = fullPlace(t, mode);
    full.volume.fill();
    assertSilentRefusal(await full.here.run(['upgrade']), 12, /[Ff]ree/, /Nothing was changed|unchanged/);
    await assertOldThenUpgradable(full);
  });

  fillingTests(mode, 'rest');
}
