/** Who may use what Drydock makes beside a database: whoever may use the database. */
import { chmodSync, chownSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { fsyncDirectory } from './durable.ts';

/** Owner and permission bits of the database, which everything made for it gets too. */
export interface Ownership {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits of the file, such as 0o640. */
  readonly mode: number;
}

export function ownershipOf(database: string): Ownership {
  const { uid, gid, mode } = statSync(database);
  return { uid, gid, mode: mode & 0o777 };
}

/** A directory for files of these permissions: who may read the database may enter. */
export function directoryMode(ownership: Ownership): number {
  return ownership.mode | 0o700 | ((ownership.mode & 0o444) >> 2);
}

/** Makes a directory of ours where it is not there yet, for whoever may use the database. */
export function ensureDirectory(path: string, parent: string, ownership: Ownership): void {
  if (existsSync(path)) return;
  mkdirSync(path, { mode: 0o700 });
  own(path, { ...ownership, mode: directoryMode(ownership) });
  fsyncDirectory(parent);
}

/** Makes an empty file of ours where it is not there yet, for whoever may use the database and at no moment for others. */
export function ensureFile(path: string, ownership: Ownership): void {
  closeSync(openSync(path, 'a', ownership.mode));
  own(path, ownership);
}

/** Gives a file the owner and the permission bits of the database, as far as this user may. */
export function own(path: string, ownership: Ownership): void {
  const { uid, gid, mode } = statSync(path);
  const user = process.getuid?.() ?? uid;
  // Only root may give a file away; anybody else's files are their own already, or cannot be.
  if ((uid !== ownership.uid || gid !== ownership.gid) && user === 0) {
    chownSync(path, ownership.uid, ownership.gid);
  }
  // What another user of the group made only he may change; that it cannot be used shows where it is used.
  if ((mode & 0o777) !== ownership.mode && (user === 0 || user === uid)) chmodSync(path, ownership.mode);
}
