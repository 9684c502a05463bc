/** Files that Drydock creates beside a database can be used by the same users as the database. */
import { fchmodSync, fchownSync, fstatSync, type Stats, statSync } from 'node:fs';
import { codeOf } from '../errors.ts';

/** Owner and permission bits of the database, for everything that is created for it. */
export interface Ownership {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits of the file, such as 0o640. */
  readonly mode: number;
}

/** @throws {Error} Node's own, such as ENOENT. */
export function ownershipOf(database: string): Ownership {
  const { uid, gid, mode } = statSync(database);
  return { uid, gid, mode: mode & 0o777 };
}

/** The mode of a directory for such files: users who can read the database can enter it. */
export function directoryMode(ownership: Ownership): number {
  return ownership.mode | 0o700 | ((ownership.mode & 0o444) >> 2);
}

export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** Only its owner and root can change the permissions of a file. */
export function mayChange({ uid }: Pick<Ownership, 'uid'>): boolean {
  return isRoot() || process.geteuid?.() === uid;
}

/**
 * Gives an open file or folder the owner, group and permission bits of the database, as far as this user is permitted to.
 * Never by its path, which may name another file by then. At no moment is it accessible to users whom the database is
 * not accessible to.
 */
export function give(descriptor: number, ownership: Ownership): void {
  const before = fstatSync(descriptor);
  // Another user of the group created it. If it cannot be used, its use fails and reports that.
  if (!mayChange(before)) return;
  const uid = isRoot() ? ownership.uid : before.uid;
  if (uid !== before.uid || ownership.gid !== before.gid) {
    setMode(descriptor, before.mode & 0o700);
    changeOwner(descriptor, before, { ...ownership, uid });
  }
  setMode(descriptor, modeFor(ownership, fstatSync(descriptor).gid));
}

/** The permission bits of a copy that belongs to `groupOfCopy`: another group than the database's must not gain access. */
export function modeFor({ gid, mode }: Ownership, groupOfCopy: number): number {
  // All users but the owner are then "others", even those to whom the group bits deny the database.
  return groupOfCopy === gid ? mode : (mode & 0o700) | (mode & (mode >> 3) & 0o007);
}

/** Root in a container may not be permitted to chown, and in a user namespace the owner may have no valid uid. */
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
