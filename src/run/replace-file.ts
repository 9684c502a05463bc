/**
 * The last resort of a restore: the live file cannot be opened (no header, truncated, missing), so SQLite cannot write
 * a snapshot into it. The damaged file and its -wal, -shm and -journal are moved aside, never deleted, and a copy of
 * the snapshot takes their place. Writes of a connection that still has the old file open would be lost, so only
 * `drydock snapshot restore` does this, at a person's request.
 */
import { existsSync, linkSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fsyncDirectory, fsyncFile } from '../files/durable.ts';
import { copyToOwnedFile } from '../files/owned-file.ts';
import { requireOwnFolder } from '../files/owned-folder.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import type { RunContext } from './context.ts';

/** The journal of a restore that replaces the file. */
export interface Exchange {
  readonly snapshot: Snapshot;
  /** Null if the file is missing. */
  readonly damagedInode: string | null;
  readonly runId: string;
}

/**
 * Where the damaged file and its companions go. Each replacement has its own folder: one snapshot may replace several
 * files, and the inode of a kept file is not reused; of a missing file the companions alone may be left, several times.
 * Not among the snapshots: their folder may be another mount, even of the same volume, and files cannot be linked or
 * moved between mounts.
 */
export function damagedFolder({ layout }: RunContext, { snapshot, damagedInode, runId }: Exchange): string {
  return join(layout.work, `damaged-before-${snapshot.manifest.id}-${damagedInode ?? `gone-${runId}`}`);
}

/** How far an exchange came: the copy is renamed to the database's name. */
export function exchangeState({ layout }: RunContext, damagedInode: string | null): 'to do' | 'done' | 'another file' {
  const inode = inodeOf(layout.database);
  if (inode === null || inode === damagedInode) return 'to do';
  return existsSync(layout.incoming) ? 'another file' : 'done';
}

/**
 * Every step can be repeated after a crash: the journal says 'exchanging' until the end. The live path always names a
 * file, damaged or restored, so an application that starts meanwhile does not create one.
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
  // The companions first: a -wal or -journal beside the wrong file corrupts it.
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
