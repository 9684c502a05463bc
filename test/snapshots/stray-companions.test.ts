/**
 * A `-journal` or `-wal` beside a snapshot, which SQLite would play back into it: somebody opened the snapshot to write
 * and was killed.
 */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import { journalModes } from '../harness/files.ts';
import { assertSilentRefusal, sha256Of } from '../harness/refusal.ts';
import { restorable, restore } from '../harness/restorable.ts';
import { leftByWriter } from './helpers-stray-companions.ts';

for (const mode of journalModes) {
  for (const kind of ['-journal', '-wal'] as const) {
    test(`a proven way back: a snapshot with a stray ${kind} beside it is not opened, and its restore not begun (${mode})`, async (t) => {
      const it = await restorable(t, mode);
      const stray = join(it.snapshots, `${it.id}.db${kind}`);
      copyFileSync(await leftByWriter(t, it, kind), stray);
      const before = [sha256Of(join(it.snapshots, `${it.id}.db`)), sha256Of(stray)];
      const says = [/beside it, which SQLite would treat as part of it/, new RegExp(stray)];
      for (const verb of ['verify', 'restore']) {
        assertSilentRefusal(await it.run(['snapshot', verb, it.id]), 12, ...says, new RegExp(`Move ${stray} out of`));
        assertSilentRefusal(await it.run(['snapshot', verb, 'latest']), 12, ...says);
      }
      assert.deepEqual([sha256Of(join(it.snapshots, `${it.id}.db`)), sha256Of(stray)], before);
      assert.ok(!existsSync(it.journal), 'nothing is begun');
      assert.equal(dumpWithVersion(it.database), it.now);
      renameSync(stray, join(it.root, 'moved'));
      await restore(it);
      assert.equal((await it.run(['upgrade'])).code, 0);
    });
  }
}

test('a proven way back: a run does not take a snapshot with a stray journal for its own', async (t) => {
  const it = await restorable(t, 'delete');
  await restore(it);
  copyFileSync(await leftByWriter(t, it, '-journal'), join(it.snapshots, `${it.id}.db-journal`));
  const upgrade = await it.run(['upgrade', '--json']);
  assert.equal(upgrade.code, 0, upgrade.stderr);
  const { id } = upgrade.json<{ snapshot: { id: string } }>().snapshot;
  assert.notEqual(id, it.id);
  await restore(it, id);
});
