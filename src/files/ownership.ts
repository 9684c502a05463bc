/** Who may use what Drydock makes beside a database: whoever may use the database. */
import { fchmodSync, fchownSync, fstatSync, type Stats, statSync } from 'node:fs';
import { codeOf } from '../errors.ts';

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

export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** Only its owner and root may change the permissions of a file. */
export function mayChange({ uid }: Pick<Ownership, 'uid'>): boolean {
  return isRoot() || process.geteuid?.() === uid;
}

/**
 * Gives an open file or folder the owner, the group and the permission bits of the database, as far as this user may. Never
 * by its path, which may name another file by then. At no moment may more people use it than may use the database.
 */
export function give(descriptor: number, ownership: Ownership): void {
  const before = fstatSync(descriptor);
  // That another user of the group made it, and it cannot be used, shows where it is used.
  if (!mayChange(before)) return;
  const uid = isRoot() ? ownership.uid : before.uid;
  if (uid !== before.uid || ownership.gid !== before.gid) {
    setMode(descriptor, before.mode & 0o700);
    changeOwner(descriptor, before, { ...ownership, uid });
  }
  setMode(descriptor, modeFor(ownership, fstatSync(descriptor).gid));
}

/** The permission bits that a copy may have which belongs to this group: another group's must not be able to read it. */
export function modeFor({ gid, mode }: Ownership, groupOfCopy: number): number {
  // Everybody but the owner is one of the others then, also who may not use the database as a member of its group.
  return groupOfCopy === gid ? mode : (mode & 0o700) | (mode & (mode >> 3) & 0o007);
}

/** Root in a container may have no right to give a file away, and in a user namespace the owner may have no number. */
function changeOwner(descriptor: number, before: Stats, { uid, gid }: Ownership): void {
  const all = [
    [uid, gid],
    [before.uid, gid],
  ] as const;
  for (const [user, group] of all) {
    try {
      fchownSync(descriptor, user, group);
      return;
    } catch (error) {
      if (!['EPERM', 'EINVAL'].includes(codeOf(error))) throw error;
    }
  }
}

function setMode(descriptor: number, mode: number): void {
  if ((fstatSync(descriptor).mode & 0o777) !== mode) fchmodSync(descriptor, mode);
}
