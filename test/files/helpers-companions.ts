/** Databases of which a killed writer left a -wal or a hot -journal beside the main file. */

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { basename, join } from 'node:path';
import { drydock } from '../harness/drydock.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { sha256Of } from '../harness/refusal.ts';
import { otherProcess } from '../harness/writer.ts';
import type { RestoreStory } from '../run/cases-kill-restore.ts';

/** Leaves 1,000 committed rows in a -wal, and as little as there can be in the main file. */
export async function leaveWal(database: string, sql = insertRows): Promise<void> {
  const writer = await otherProcess(database, 5000);
  await writer.run('PRAGMA wal_autocheckpoint = 0');
  await writer.run(sql);
  await writer.end();
}

export const insertRows = `INSERT INTO items (name, price)
  WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT 'written ' || i, 1 FROM n`;

/** Leaves a transaction that spilled into the main file, and the journal to roll it back. */
export async function leaveHotJournal(database: string, sql = "UPDATE items SET name = 'other ' || id"): Promise<void> {
  const writer = await otherProcess(database, 5000);
  await writer.run('PRAGMA cache_size = 1');
  await writer.run('BEGIN IMMEDIATE');
  await writer.run(sql);
  await writer.end();
}

/** Leaves a transaction that is all in the cache of its writer: no byte of the journal's header was forced to the disk. */
export async function leaveUnsyncedJournal(database: string): Promise<void> {
  const writer = await otherProcess(database, 5000);
  await writer.run('PRAGMA cache_size = -200000');
  await writer.run('BEGIN IMMEDIATE');
  await writer.run("UPDATE items SET name = 'other ' || id");
  await writer.end();
}

export type Loss = 'emptied' | 'gone' | 'cut short';

export const losses: Readonly<Record<Loss, (database: string) => void>> = {
  emptied: (database) => truncateSync(database),
  gone: (database) => rmSync(database),
  // After its first page: SQLite opens it, and does not remove the -wal.
  'cut short': (database) => truncateSync(database, 4096),
};

const files = ['', '-wal', '-journal'];

/** What there is of the three files, and its bytes. */
export function filesOf(database: string): Record<string, string> {
  const there = files.filter((suffix) => existsSync(`${database}${suffix}`));
  return Object.fromEntries(there.map((suffix) => [suffix, sha256Of(`${database}${suffix}`)]));
}

/** A copy of all three, which SQLite may open. */
export function copyOf(database: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const copy = join(folder, basename(database));
  for (const suffix of ['', '-wal', '-journal', '-shm']) {
    rmSync(`${copy}${suffix}`, { force: true });
    if (suffix !== '-shm' && existsSync(`${database}${suffix}`))
      copyFileSync(`${database}${suffix}`, `${copy}${suffix}`);
  }
  return copy;
}

export async function restoredWith(
  story: RestoreStory,
  verb: readonly string[],
  lost: Record<string, string>,
): Promise<void> {
  const ended = await drydock([...verb, '--database', story.database]);
  assert.equal(ended.code, 0, ended.stderr);
  assert.equal(dumpWithVersion(story.database), story.old);
  const work = `${story.database}.drydock`;
  const [kept = ''] = readdirSync(work).filter((name) => name.startsWith('damaged-before-'));
  assert.deepEqual(filesOf(join(work, kept, basename(story.database))), lost);
}
