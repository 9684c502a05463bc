/**
 * The disk is full before the run or fills up in the middle of it. Whatever could not be written, the content is the old
 * one, the exit code says what happened, and after space is freed the next run succeeds.
 */
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dumpWithVersion, integrity } from '../harness/dump.ts';
import { journalModes } from '../harness/files.ts';
import { type Full, fullPlace, megabyte } from '../harness/full-volume.ts';
import { listed } from '../harness/place.ts';
import { assertRefusal, assertSilentRefusal, folderState } from '../harness/refusal.ts';
import { withDatabase } from '../harness/restorable.ts';
import { needs } from '../harness/volumes.ts';

const options = needs('mount', 'umount');

/** With space again: what is in the database is the old content, and an upgrade brings it to the new. */
async function assertOldThenUpgradable({ here, volume, old }: Full): Promise<void> {
  volume.free();
  assert.equal(dumpWithVersion(here.database), old);
  assert.equal(integrity(here.database), 'ok');
  const next = await here.run(['upgrade']);
  assert.equal(next.code, 0, next.stderr);
  assert.notEqual(dumpWithVersion(here.database), old);
  assert.equal(integrity(here.database), 'ok');
  assert.equal((await here.run(['snapshot', 'verify', 'latest'])).code, 0);
}

for (const mode of journalModes) {
  test(
    `all or nothing: too little space for a snapshot is refused with 12 before anything is copied (${mode})`,
    options,
    async (t) => {
      const full = fullPlace(t, mode);
      full.volume.fill(3 * megabyte);
      const before = folderState(full.here.migrations);
      for (const args of [['upgrade'], ['stamp', 'head', '--force']]) {
        assertSilentRefusal(
          await full.here.run(args),
          12,
          /MB free/,
          /needs about/,
          /Nothing was changed/,
          /snapshot prune/,
        );
      }
      assert.equal(folderState(full.here.migrations), before);
      await assertOldThenUpgradable(full);
    },
  );

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

  // In WAL mode the snapshot is named beside the revisions: it must have its name, or the disk is full for that first.
  const moments: readonly { when: string; pauseAt: string; code: number; afterInspect?: true }[] = [
    { when: 'while the snapshot is copied', pauseAt: 'phase:snapshot', code: 12 },
    { when: 'while the snapshot is named', pauseAt: 'phase:inspect', code: 12 },
    { when: 'before the first revision', pauseAt: 'engine:step:0', code: 20, afterInspect: true },
    { when: 'before the checks', pauseAt: 'phase:check', code: 12 },
    { when: 'before the commit is announced', pauseAt: 'phase:commit', code: 12 },
    { when: 'in the commit', pauseAt: 'engine:before-commit', code: 12 },
  ];

  for (const { when, pauseAt, code, afterInspect = false } of moments) {
    test(
      `all or nothing: a disk that fills up ${when} ends the run with ${code} and the old content (${mode})`,
      options,
      async (t) => {
        const full = fullPlace(t, mode);
        const running = full.start(['upgrade'], pauseAt);
        await running.reached();
        if (afterInspect) await running.logged(({ msg }) => msg === 'inspect');
        full.volume.fill();
        running.goOn();
        const result = await running.finished;
        assertRefusal(result, code, /full|ENOSPC/, /unchanged/);
        const left = readdirSync(full.here.data, { recursive: true, encoding: 'utf8' });
        assert.deepEqual(
          left.filter((name) => name.includes('.tmp')),
          [],
          'what is half made takes up no room',
        );
        assertRefusal(await full.here.run(['upgrade']), 12, /[Ff]ree/, /Nothing was changed|unchanged/);
        await assertOldThenUpgradable(full);
      },
    );
  }
}
