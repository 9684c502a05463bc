/** Restores that are killed: through SQLite, and by exchange where the live file is beyond opening. */

import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TestContext } from 'node:test';
import { breakLeafOf } from '../harness/damage.ts';
import { drydock, startDrydock } from '../harness/drydock.ts';
import { contentAsLeft, dumpWithVersion } from '../harness/dump.ts';
import { bundledMigrations, copyOfMade, type JournalMode } from '../harness/files.ts';
import {
  type Attack,
  assertContent,
  assertDone,
  assertTidy,
  assertWayBack,
  commandLine,
  dieAtFileCall,
  historyOf,
  killAt,
  rotPage,
  type Story,
  signalAt,
  snapshotsOf,
  upgradeOfProduction,
} from '../harness/kill.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { aPersonMustLook } from '../harness/sentences.ts';

export interface RestoreStory extends Story {
  /** Arguments of the restore, which goes from 'new' to 'old'. */
  readonly restore: readonly string[];
}

/** A database at the head, with the snapshot of what it was before. */
export async function upgraded(t: TestContext, mode: JournalMode): Promise<RestoreStory> {
  const folder = await copyOfMade(t, `upgraded ${mode}`, async (original) =>
    assertDone(await drydock(commandLine(await upgradeOfProduction(original, mode)))),
  );
  const story = { database: join(folder, 'et_intelligence.db'), command: ['upgrade'], migrations: bundledMigrations };
  const [snapshot] = snapshotsOf(story.database);
  assert.ok(snapshot !== undefined);
  return {
    ...story,
    old: dumpWithVersion(snapshot.path),
    new: dumpWithVersion(story.database),
    newHistory: historyOf(story.database),
    restore: ['snapshot', 'restore', snapshot.manifest.id, '--yes', '--database', story.database],
  };
}

/** A start that finishes what was interrupted, and does nothing else. */
export async function nextStart(story: Story): Promise<void> {
  assertDone(await drydock(['snapshot', 'prune', '--database', story.database]));
  assertTidy(story.database);
}

/** The state that was replaced is kept as a snapshot. */
export function assertReplacedIsKept(story: Story): void {
  assert.ok(
    snapshotsOf(story.database).some(({ path }) => dumpWithVersion(path) === story.new),
    'what the restore replaced is kept',
  );
}

/** No SQLite can open it any more. @returns Its bytes. */
export function destroy(database: string): Buffer {
  const fd = openSync(database, 'r+');
  try {
    writeSync(fd, Buffer.alloc(200, 0x5a), 0, 200, 0);
  } finally {
    closeSync(fd);
  }
  return readFileSync(database);
}

/** At any moment the live path names one of two files, each of them whole. */
export function assertDestroyedOrOld(story: Story, destroyed: Buffer): void {
  assert.ok(existsSync(story.database), 'the live path names a file');
  if (!readFileSync(story.database).equals(destroyed)) assertContent(dumpWithVersion(story.database), story, 'old');
}

/** The snapshot is in its place, and the damaged file is kept to the byte. */
export function assertExchanged(story: Story, destroyed: Buffer): void {
  assertContent(dumpWithVersion(story.database), story, 'old');
  assertTidy(story.database);
  const folder = `${story.database}.drydock`;
  const kept = readdirSync(folder)
    .filter((name) => name.startsWith('damaged-before-'))
    .map((name) => readFileSync(join(folder, name, basename(story.database))));
  assert.equal(kept.length, 1);
  assert.ok(kept[0]?.equals(destroyed), 'the damaged file is kept as it was');
}

const points = [
  ['engine:copied', 'new'],
  ['engine:before-replace', 'new'],
  ['engine:replaced', 'old'],
] as const;

const killAttacks: readonly Attack[] = points.flatMap(([at, left]) =>
  (['supervisor', 'both'] as const).map((victim) => ({
    name: `a proven way back: SIGKILL of ${victim} at ${at} of a restore`,
    modes: [victim === 'both' ? 'delete' : 'wal'],
    ...(at === 'engine:replaced' && victim === 'both' && { quick: 'delete' }),
    run: async (t, mode) => {
      const story = await upgraded(t, mode);
      await killAt(story.restore, at, victim);
      assertContent(contentAsLeft(story.database), story, left);
      await nextStart(story);
      // Where its journal was written the restore is finished, else nothing has happened.
      assertContent(dumpWithVersion(story.database), story, at === 'engine:before-replace' ? 'old' : left);
      await assertWayBack(story);
    },
  })),
);

/**
 * SQLite cuts a file that shrank after it has removed its rollback journal. A file system that forgets the one and keeps the other
 * in a power cut has SQLite roll back into a file that is too short.
 */
const damageAttack: Attack = {
  name: 'a proven way back: SIGKILL of a restore, of which a power cut leaves a damaged file',
  modes: ['delete'],
  quick: 'delete',
  run: async (t, mode) => {
    const story = await upgraded(t, mode);
    await killAt(story.restore, 'engine:replaced', 'both');
    assertContent(contentAsLeft(story.database), story, 'old');
    rotPage(story.database, 2);
    await nextStart(story);
    assertContent(dumpWithVersion(story.database), story, 'old');
    await assertWayBack(story);
    const reasons = snapshotsOf(story.database).map(({ manifest }) => manifest.reason);
    assert.deepEqual(
      reasons,
      ['upgrade', 'replaced', 'replaced'],
      'what was there before, and what was damaged, is kept',
    );
  },
};

/** The same, so that not even the revision can be read: the snapshot takes the place of the file, which is kept. */
const unreadableAttack: Attack = {
  name: 'a proven way back: SIGKILL of a restore, of which a power cut leaves a file whose revision cannot be read',
  modes: ['delete'],
  quick: 'delete',
  run: async (t, mode) => {
    const story = await upgraded(t, mode);
    await killAt(story.restore, 'engine:replaced', 'both');
    breakLeafOf(story.database, 'alembic_version');
    const damaged = readFileSync(story.database);
    const inUse = openSync(story.database, 'r');
    try {
      const { code, error } = await drydock(['snapshot', 'prune', '--database', story.database]);
      assert.equal(code, 12, error);
      assert.match(error, /too damaged to be written into.* still has it open/);
    } finally {
      closeSync(inUse);
    }
    assert.ok(readFileSync(story.database).equals(damaged), 'what others have open stays');
    await nextStart(story);
    assertExchanged(story, damaged);
  },
};

const exchangeAttacks: readonly Attack[] = [
  'copyFile 1',
  'linkSync et_intelligence.db 1',
  'renameSync et_intelligence.db 1',
].map((call) => ({
  name: `a proven way back: SIGKILL of the exchange of a destroyed file in its ${call.replace(/ .*/, '')}`,
  ...(!call.startsWith('copy') && { quick: 'delete' }),
  run: async (t, mode) => {
    const story = await upgraded(t, mode);
    const destroyed = destroy(story.database);
    const killed = await drydock(story.restore, dieAtFileCall(call));
    assert.equal(killed.signal, 'SIGKILL', killed.stderr);
    assertDestroyedOrOld(story, destroyed);
    await nextStart(story);
    assertExchanged(story, destroyed);
  },
}));

export const restoreAttacks: readonly Attack[] = [
  {
    name: 'a proven way back: SIGKILL of a restore that has no engine yet',
    run: async (t, mode) => {
      const story = await upgraded(t, mode);
      const run = startDrydock(story.restore, { pauseAt: 'phase:restore' });
      await run.reached();
      run.process.kill('SIGKILL');
      await run.finished;
      await nextStart(story);
      assertContent(dumpWithVersion(story.database), story, 'new');
    },
  },
  ...killAttacks,
  damageAttack,
  unreadableAttack,
  ...exchangeAttacks,
  {
    name: 'honest exit: SIGKILL of the engine of the start that is to finish a restore',
    modes: ['delete'],
    quick: 'delete',
    run: async (t, mode) => {
      const story = await upgraded(t, mode);
      await drydock(story.restore, dieAtFileCall('renamed run.json 2'));
      // Of an upgrade, whose own failures end with 20 and an unchanged database.
      const result = await killAt(commandLine(story), 'engine:replaced', 'engine');
      assertRefusal(result, 30, /^The engine process was ended by SIGKILL/, /restore.* is not finished/, /run again/i);
      await nextStart(story);
      assertContent(dumpWithVersion(story.database), story, 'old');
    },
  },
  {
    name: 'a proven way back: a restore goes on where the file of an interrupted run is beyond opening',
    // In the other mode the WAL of the killed restore has the first page, and brings it back.
    modes: ['delete'],
    quick: 'delete',
    run: async (t, mode) => {
      const story = await upgraded(t, mode);
      await killAt(story.restore, 'engine:replaced', 'both');
      const destroyed = destroy(story.database);
      assertDone(await drydock(story.restore));
      assertExchanged(story, destroyed);
    },
  },
  {
    name: 'a proven way back: SIGKILL of a restore whose journal is written and whose pages are not',
    quick: 'wal',
    run: async (t, mode) => {
      const story = await upgraded(t, mode);
      // The first journal says that the run is working, the second what is to be restored.
      const killed = await drydock(story.restore, dieAtFileCall('renamed run.json 2'));
      assert.equal(killed.signal, 'SIGKILL', killed.stderr);
      assertContent(contentAsLeft(story.database), story, 'new');
      await nextStart(story);
      assertContent(dumpWithVersion(story.database), story, 'old');
      assertReplacedIsKept(story);
    },
  },
  {
    name: 'a proven way back: SIGKILL of the engine of a restore, once the pages are back',
    quick: 'delete',
    run: async (t, mode) => {
      const story = await upgraded(t, mode);
      const lost = await killAt(story.restore, 'engine:replaced', 'engine');
      assertRefusal(lost, 30, /engine process was ended by SIGKILL/, aPersonMustLook, /goes on with the restore\.$/);
      await nextStart(story);
      assertContent(dumpWithVersion(story.database), story, 'old');
      assertReplacedIsKept(story);
    },
  },
  {
    name: 'a proven way back: SIGKILL of a restore and of the start that finishes it',
    quick: 'delete',
    run: async (t, mode) => {
      const story = await upgraded(t, mode);
      await killAt(story.restore, 'engine:replaced', 'both');
      await killAt(commandLine(story), 'engine:copied', 'both');
      assertContent(contentAsLeft(story.database), story, 'old');
      await nextStart(story);
      assertContent(dumpWithVersion(story.database), story, 'old');
      assertReplacedIsKept(story);
    },
  },
  {
    name: 'honest exit: SIGTERM in the middle of a restore lets it finish',
    run: async (t, mode) => {
      const story = await upgraded(t, mode);
      assertDone(await signalAt(story.restore, 'engine:copied', 'SIGTERM'));
      assertContent(dumpWithVersion(story.database), story, 'old');
      assertTidy(story.database);
    },
  },
];
