/**
 * The last resort of a restore: the live file is beyond opening (no header, cut short, gone), so SQLite cannot write a
 * snapshot into it. The damaged file and its -wal, -shm and -journal are moved aside, never deleted, and a copy of the
 * snapshot takes the name. A connection that still has the old file open would write into nothing, so this is done by
 * `drydock snapshot restore` alone, when a person asked for it.
 */
import { existsSync, linkSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fsyncDirectory, fsyncFile } from '../files/durable.ts';
import { copyToOwnedFile } from '../files/owned-file.ts';
import { requireOwnFolder } from '../files/owned-folder.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import type { RunContext } from './context.ts';

/** The restore that puts a snapshot in the place of a file, as its journal has it. */
export interface Exchange {
  readonly snapshot: Snapshot;
  /** Null if the file is gone. */
  readonly damagedInode: string | null;
  readonly runId: string;
}

/**
 * Where the damaged file and its companions go. A folder of their own: one snapshot may replace several files, and the
 * inode of a file that is kept is not given to another one; of a file that is gone the companions alone may be left, several
 * times. Not among the snapshots: their folder may be a mount of its own, even of the same volume, and a file is neither
 * linked nor moved from one mount to another.
 */
export function damagedFolder({ layout }: RunContext, { snapshot, damagedInode, runId }: Exchange): string {
  return join(layout.work, `damaged-before-${snapshot.manifest.id}-${damagedInode ?? `gone-${runId}`}`);
}

/** How far an exchange came: the copy takes the name of the database by being renamed. */
export function exchangeState({ layout }: RunContext, damagedInode: string | null): 'to do' | 'done' | 'another file' {
  const inode = inodeOf(layout.database);
  if (inode === null || inode === damagedInode) return 'to do';
  return existsSync(layout.incoming) ? 'another file' : 'done';
}

/**
 * Every step may be done again after a crash in the middle of any: the journal says 'exchanging' until the end. The
 * live path always names a file, damaged or restored, so that an application that starts meanwhile creates none.
 */
export async function exchangeFile(context: RunContext, exchange: Exchange): Promise<void> {
  const { database, directory, work, incoming } = context.layout;
  await copyToOwnedFile(exchange.snapshot.path, incoming, context.ownership);
  fsyncFile(incoming);
  fsyncDirectory(work);

  const folder = damagedFolder(context, exchange);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  requireOwnFolder(folder, context.ownership);
  const aside = (suffix: string) => join(folder, `${basename(database)}${suffix}`);
  // The companions first: a -wal or -journal beside a file that it does not belong to corrupts that file.
  for (const suffix of ['-journal', '-wal', '-shm']) {
    if (existsSync(`${database}${suffix}`)) renameSync(`${database}${suffix}`, aside(suffix));
  }
  if (existsSync(database) && !existsSync(aside(''))) linkSync(database, aside(''));
  fsyncDirectory(folder);
  fsyncDirectory(work);
  fsyncDirectory(directory);
  renameSync(incoming, database);
  fsyncDirectory(directory);
}

export function inodeOf(path: string): string | null {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? null : String(stats.ino);
}
