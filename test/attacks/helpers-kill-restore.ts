/** Restores that are killed: through SQLite, and by exchange where the live file is beyond opening. */
import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TestContext } from 'node:test';
import { drydock } from '../harness/drydock.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import type { JournalMode } from '../harness/files.ts';
import {
  assertContent,
  assertDone,
  assertTidy,
  commandLine,
  type Story,
  snapshotsOf,
  stage,
  upgradeOfProduction,
} from './helpers-kill.ts';

export interface RestoreStory extends Story {
  /** Arguments of the restore, which goes from 'new' to 'old'. */
  readonly restore: readonly string[];
}

/** A database at the head, with the snapshot of what it was before. */
export async function upgraded(t: TestContext, mode: JournalMode): Promise<RestoreStory> {
  const story = await stage(t, upgradeOfProduction, mode);
  assertDone(await drydock(commandLine(story)));
  const [snapshot] = snapshotsOf(story.database);
  assert.ok(snapshot !== undefined);
  return { ...story, restore: ['snapshot', 'restore', snapshot.manifest.id, '--database', story.database] };
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
  const folder = `${story.database}.snapshots`;
  const kept = readdirSync(folder)
    .filter((name) => name.startsWith('damaged-before-'))
    .map((name) => readFileSync(join(folder, name, basename(story.database))));
  assert.equal(kept.length, 1);
  assert.ok(kept[0]?.equals(destroyed), 'the damaged file is kept as it was');
}
