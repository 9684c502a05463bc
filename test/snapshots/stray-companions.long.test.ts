/**
 * A `-journal` or `-wal` beside a snapshot, which SQLite would play back into it: somebody opened the snapshot to write
 * and was killed.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import { killAt } from '../harness/kill.ts';
import { listed } from '../harness/place.ts';
import { assertRefusal, assertSilentRefusal } from '../harness/refusal.ts';
import { restorable, restore } from '../harness/restorable.ts';
import { leftByWriter } from './helpers-stray-companions.ts';

const innocent = [
  { kind: '-journal', what: 'of no bytes', bytes: Buffer.alloc(0) },
  { kind: '-journal', what: 'whose header is zeros', bytes: Buffer.alloc(4096) },
  { kind: '-wal', what: 'of no bytes', bytes: Buffer.alloc(0) },
  { kind: '-wal', what: 'whose header is zeros', bytes: Buffer.alloc(8192) },
  { kind: '-wal', what: 'of garbage', bytes: Buffer.alloc(8192, 'garbage ') },
];

test('a proven way back: a companion of a snapshot that SQLite ignores keeps nobody from restoring it', async (t) => {
  const it = await restorable(t, 'delete');
  for (const { kind, what, bytes } of innocent) {
    await t.test(`a ${kind} ${what}`, async () => {
      const stray = join(it.snapshots, `${it.id}.db${kind}`);
      writeFileSync(stray, bytes);
      await restore(it);
      rmSync(stray);
    });
  }
});

test('a proven way back: what is no file beside a snapshot is found before SQLite meets it', async (t) => {
  const it = await restorable(t, 'delete');
  for (const kind of ['-journal', '-wal', '-shm']) {
    const stray = join(it.snapshots, `${it.id}.db${kind}`);
    const linked = () => symlinkSync(join(it.root, 'config', 'drydock.yaml'), stray);
    for (const make of [linked, () => mkdirSync(stray), () => execFileSync('mkfifo', [stray])]) {
      make();
      assertSilentRefusal(await it.run(['snapshot', 'restore', it.id]), 12, new RegExp(stray));
      rmSync(stray, { recursive: true });
    }
  }
  await restore(it);
});

test('a proven way back: a restore that meets a stray journal when it is finished goes on once that is moved', async (t) => {
  const it = await restorable(t, 'delete');
  await killAt(['snapshot', 'restore', it.id, '--yes', '--database', it.database], 'engine:before-replace', 'both');
  const stray = join(it.snapshots, `${it.id}.db-journal`);
  copyFileSync(await leftByWriter(t, it, '-journal'), stray);
  for (const verb of ['upgrade', 'upgrade']) {
    assertRefusal(await it.run([verb]), 30, /cannot be finished: .*beside it/, new RegExp(`Move ${stray} out of`));
  }
  assert.equal(dumpWithVersion(it.database), it.now);
  renameSync(stray, join(it.root, 'moved'));
  assert.equal((await it.run(['snapshot', 'prune'])).code, 0);
  assert.equal(dumpWithVersion(it.database), it.old);
});

test('a proven way back: a restore that a stray journal keeps from being finished gives way to another one', async (t) => {
  const it = await restorable(t, 'delete');
  assert.equal((await it.run(['snapshot', 'create'])).code, 0);
  const other = (await listed(it)).find(({ reason }) => reason === 'manual');
  await killAt(['snapshot', 'restore', it.id, '--yes', '--database', it.database], 'engine:before-replace', 'both');
  copyFileSync(await leftByWriter(t, it, '-journal'), join(it.snapshots, `${it.id}.db-journal`));
  const restored = await it.run(['snapshot', 'restore', other?.id ?? 'none']);
  assert.equal(restored.code, 0, restored.stderr);
  assert.equal(dumpWithVersion(it.database), it.now);
  assert.ok(readdirSync(it.snapshots).includes(`${it.id}.db-journal`));
});
