/**
 * A `-journal` or `-wal` beside a snapshot, which SQLite would play back into it: somebody opened the snapshot to write
 * and was killed.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import { journalModes } from '../harness/files.ts';
import { killAt } from '../harness/kill.ts';
import { listed } from '../harness/place.ts';
import { assertRefusal, assertSilentRefusal, sha256Of } from '../harness/refusal.ts';
import { type Restorable, restorable, restore } from '../harness/restorable.ts';
import { otherProcess } from '../harness/writer.ts';

/** A journal or WAL with a transaction in it, as a killed writer leaves it beside a copy of the snapshot. */
async function leftByWriter(t: TestContext, it: Restorable, kind: '-journal' | '-wal'): Promise<string> {
  const copy = join(it.root, 'opened.db');
  copyFileSync(join(it.snapshots, `${it.id}.db`), copy);
  const other = await otherProcess(copy, 1000);
  t.after(() => other.end());
  if (kind === '-wal') await other.run('PRAGMA journal_mode = wal');
  await other.run('PRAGMA cache_size = 5');
  await other.run('BEGIN IMMEDIATE');
  await other.run("UPDATE items SET name = name || 'x'");
  if (kind === '-wal') await other.run('COMMIT');
  other.process.kill('SIGKILL');
  await once(other.process, 'exit');
  return `${copy}${kind}`;
}

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
