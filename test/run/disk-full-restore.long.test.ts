/** The disk is full when a snapshot is to be put back, or fills up in the middle of it. */

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { replaceByText } from '../harness/damage.ts';
import { dumpWithVersion, integrity } from '../harness/dump.ts';
import { type JournalMode, journalModes } from '../harness/files.ts';
import { type Full, fullPlace, megabyte } from '../harness/full-volume.ts';
import { listed } from '../harness/place.ts';
import { assertRefusal, sha256Of } from '../harness/refusal.ts';
import { aPersonMustLook } from '../harness/sentences.ts';
import { needs } from '../harness/volumes.ts';

const options = needs('mount', 'umount');

/** At 002, with a snapshot of 001 to go back to. */
async function restorable(
  t: TestContext,
  mode: JournalMode,
): Promise<Full & { readonly now: string; readonly id: string }> {
  const full = fullPlace(t, mode);
  const { here } = full;
  assert.equal((await here.run(['upgrade'])).code, 0);
  const [snapshot] = await listed(here);
  return { ...full, now: dumpWithVersion(here.database), id: snapshot?.id ?? 'none' };
}

for (const mode of journalModes) {
  for (const { what, empty } of [
    { what: 'a restore', empty: false },
    { what: 'a restore of a snapshot that is larger than the database', empty: true },
  ]) {
    test(
      `a proven way back: too little space for ${what} is refused with 12, and nothing is touched (${mode})`,
      options,
      async (t) => {
        const { here, volume, old, id } = await restorable(t, mode);
        if (empty) emptyItems(here.database);
        const now = dumpWithVersion(here.database);
        volume.fill(3 * megabyte);
        assertRefusal(
          await here.run(['snapshot', 'restore', id, '--yes']),
          12,
          /MB free/,
          /Nothing was changed|unchanged/,
        );
        volume.free();
        assert.equal(dumpWithVersion(here.database), now);
        const restore = await here.run(['snapshot', 'restore', id, '--yes']);
        assert.equal(restore.code, 0, restore.stderr);
        assert.equal(dumpWithVersion(here.database), old);
      },
    );
  }

  test(
    `a proven way back: too little space to exchange a destroyed file is refused with 12, and nothing is touched (${mode})`,
    options,
    async (t) => {
      const { here, volume, old, id } = await restorable(t, mode);
      replaceByText(here.database);
      volume.fill(megabyte);
      const before = sha256Of(here.database);
      assertRefusal(
        await here.run(['snapshot', 'restore', id, '--yes']),
        12,
        /MB free|KB free/,
        /Nothing was changed|unchanged/,
      );
      assert.equal(sha256Of(here.database), before);
      volume.free();
      const restore = await here.run(['snapshot', 'restore', id, '--yes']);
      assert.equal(restore.code, 0, restore.stderr);
      assert.equal(dumpWithVersion(here.database), old);
    },
  );

  test(
    `a proven way back: a disk that fills up while the present state is kept ends a restore with 12, and nothing is touched (${mode})`,
    options,
    async (t) => {
      const { here, start, volume, old, now, id } = await restorable(t, mode);
      const running = start(['snapshot', 'restore', id, '--yes'], 'engine:copied');
      await running.reached();
      volume.fill();
      running.goOn();
      assertRefusal(await running.finished, 12, /full|ENOSPC|I\/O/, /unchanged/);
      volume.free();
      assert.equal(dumpWithVersion(here.database), now);
      assert.equal((await here.run(['snapshot', 'restore', id, '--yes'])).code, 0);
      assert.equal(dumpWithVersion(here.database), old);
    },
  );

  for (const address of ['by its id', 'as the latest']) {
    test(
      `a proven way back: a disk that fills up in a restore ends it with 30, and the same command finishes it (${address}, ${mode})`,
      options,
      async (t) => {
        const { here, start, volume, old, now, id } = await restorable(t, mode);
        const args = ['snapshot', 'restore', address === 'as the latest' ? 'latest' : id, '--yes'];
        const running = start(args, 'engine:before-replace');
        await running.reached();
        volume.fill();
        running.goOn();
        assertRefusal(
          await running.finished,
          30,
          /full|ENOSPC/,
          aPersonMustLook,
          new RegExp(id),
          /run the same command again/,
        );
        volume.free();
        assert.equal(dumpWithVersion(here.database), now, 'the restore is one transaction');
        const again = await here.run(args);
        assert.equal(again.code, 0, again.stderr);
        assert.equal(dumpWithVersion(here.database), old);
        assert.equal(integrity(here.database), 'ok');
        const upgrade = await here.run(['upgrade']);
        assert.equal(upgrade.code, 0, upgrade.stderr);
        assert.equal(dumpWithVersion(here.database), now);
      },
    );
  }

  test(
    `a proven way back: after a restore that met a full disk, the next upgrade finishes it and goes on (${mode})`,
    options,
    async (t) => {
      const { here, start, volume, now, id } = await restorable(t, mode);
      const running = start(['snapshot', 'restore', id, '--yes'], 'engine:before-replace');
      await running.reached();
      volume.fill();
      running.goOn();
      assertRefusal(await running.finished, 30, aPersonMustLook);
      volume.free();
      volume.fill(megabyte);
      assertRefusal(await here.run(['upgrade']), 30, /A restore that was interrupted is not finished/);
      volume.free();
      const upgrade = await here.run(['upgrade', '--json']);
      assert.equal(upgrade.code, 0, upgrade.stderr);
      assert.equal(upgrade.json<{ recovered: { outcome: string } }>().recovered.outcome, 'restored');
      assert.equal(dumpWithVersion(here.database), now);
    },
  );
}

function emptyItems(path: string): void {
  const db = new Database(path);
  db.exec('DELETE FROM items; VACUUM');
  db.close();
}
