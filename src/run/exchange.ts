/**
 * The last resort of a restore: the live file is beyond opening (no header, cut short, gone), so SQLite cannot write a
 * snapshot into it. The damaged file and its -wal, -shm and -journal are moved aside, never deleted, and a copy of the
 * snapshot takes the name. A connection that still has the old file open would write into nothing, so this is done by
 * `drydock snapshot restore` alone, when a person asked for it.
 */
import { constants, copyFileSync, existsSync, linkSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fsyncDirectory, fsyncFile } from '../files/durable.ts';
import { own } from '../files/ownership.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import type { RunContext } from './context.ts';

/**
 * Where the damaged file and its companions go. A folder of their own: one snapshot may replace several files, and the
 * inode of a file that is kept is not given to another one. A file is moved within its volume only, so that it stays with
 * Drydock's own files where the snapshots are on another one.
 */
export function damagedFolder({ layout }: RunContext, snapshot: Snapshot, damagedInode: string | null): string {
  const isSameVolume = statSync(layout.snapshots).dev === statSync(layout.directory).dev;
  const parent = isSameVolume ? layout.snapshots : layout.work;
  return join(parent, `damaged-before-${snapshot.manifest.id}-${damagedInode ?? 'gone'}`);
}

/**
 * Every step may be done again after a crash in the middle of any: the journal says 'exchanging' until the end. The
 * live path always names a file, damaged or restored, so that an application that starts meanwhile creates none.
 */
export function exchangeFile(context: RunContext, snapshot: Snapshot, damagedInode: string | null): void {
  const { database, directory, work } = context.layout;
  // Another inode has the name already: the exchange happened, and the application may be using its result.
  const inode = inodeOf(database);
  if (inode !== null && inode !== damagedInode) return;

  const incoming = join(work, 'incoming.db');
  copyFileSync(snapshot.path, incoming, constants.COPYFILE_FICLONE);
  own(incoming, context.ownership);
  fsyncFile(incoming);
  fsyncDirectory(work);

  const folder = damagedFolder(context, snapshot, damagedInode);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const aside = (suffix: string) => join(folder, `${basename(database)}${suffix}`);
  // The companions first: a -wal or -journal beside a file that it does not belong to corrupts that file.
  for (const suffix of ['-journal', '-wal', '-shm']) {
    if (existsSync(`${database}${suffix}`)) renameSync(`${database}${suffix}`, aside(suffix));
  }
  if (inode !== null && !existsSync(aside(''))) linkSync(database, aside(''));
  fsyncDirectory(folder);
  fsyncDirectory(dirname(folder));
  fsyncDirectory(directory);
  renameSync(incoming, database);
  fsyncDirectory(directory);
}

export function inodeOf(path: string): string | null {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? null : String(stats.ino);
}
