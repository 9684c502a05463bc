/**
 * Files of Drydock's own. Whoever owns the folder may put anything under their names, so that none is followed, waited for,
 * or written unless it is the very file that was made here.
 */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, DrydockError, invariant } from '../errors.ts';
import { moveAway } from './access.ts';
import { fsyncDirectory, removeFile, tryToClearAway } from './durable.ts';
import { give, isRoot, mayChange, modeFor, type Ownership } from './ownership.ts';
import { kindOf, notAFile, requireFileOrNothing } from './place.ts';

/** Flags to open a file for reading: no link is followed, and no pipe waited for. */
export const withoutWaiting = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Opens a file for reading.
 * @throws {DrydockError} PREFLIGHT if it is not a plain file.
 * @throws {Error} as Node has it, such as ENOENT.
 */
export function openFile(path: string): number {
  const descriptor = openAtOnce(path);
  const stats = fstatSync(descriptor);
  if (stats.isFile()) return descriptor;
  closeSync(descriptor);
  throw notAFile(path, kindOf(stats), 'Drydock');
}

function openAtOnce(path: string): number {
  try {
    return openSync(path, withoutWaiting);
  } catch (error) {
    // A link, or a socket. https://man7.org/linux/man-pages/man2/open.2.html
    if (['ELOOP', 'ENXIO', 'EMLINK'].includes(codeOf(error))) requireFileOrNothing(path);
    throw error;
  }
}

/** The text of a small file. @throws as {@link openFile}. */
export function readOwnFile(path: string): string {
  const descriptor = openFile(path);
  try {
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes an empty file for whoever may use the database, in the place of what a run that was killed left there.
 * @returns Its descriptor, for writing.
 * @throws {DrydockError} PREFLIGHT if something other than a plain file stands there.
 */
export function createOwnedFile(path: string, ownership: Ownership): number {
  const descriptor = createNew(path) ?? replaceLeftover(path);
  try {
    give(descriptor, ownership);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function replaceLeftover(path: string): number {
  requireFileOrNothing(path);
  // Its name goes, not what it names: that may be another's, by a hard link.
  removeFile(path);
  const descriptor = createNew(path);
  if (descriptor !== undefined) return descriptor;
  throw new DrydockError('PREFLIGHT', {
    what: `${path} was made by another process while Drydock made it`,
    state: 'Nothing was changed',
    next: 'Find out which process writes there, and run again',
  });
}

/** Undefined if something stands there. */
function createNew(path: string): number | undefined {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  try {
    return openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  }
}

/**
 * Writes a small file whole and durably, for whoever may use the database: readers and power cuts see the old content or
 * the new, never a part. Leaves nothing behind if it cannot: on a full disk each block counts.
 * @param temporary Where it is written first, beside it; of this process alone if no lock keeps others from writing.
 * @throws {Error} as Node has it, such as ENOSPC.
 */
export function writeOwnedFile(path: string, content: string, ownership: Ownership, temporary = `${path}.tmp`): void {
  requireFileOrNothing(path);
  const descriptor = createOwnedFile(temporary, ownership);
  try {
    writeWhole(descriptor, Buffer.from(content));
    renameSync(temporary, path);
  } catch (error) {
    tryToClearAway(() => removeFile(temporary));
    throw error;
  }
  fsyncDirectory(dirname(path));
}

/** Closes it too. */
function writeWhole(descriptor: number, bytes: Buffer): void {
  try {
    // A disk that is about to be full takes a part of it and says so without an error (write(2)).
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Lets `write` fill an empty file that is made for it, by its name: SQLite knows no other way.
 * @throws {Error} if the name is another file's afterwards.
 */
export async function fillOwnedFile<T>(path: string, ownership: Ownership, write: () => Promise<T>): Promise<T> {
  const made = makeEmpty(path, ownership);
  const result = await write();
  const now = lstatSync(path, { throwIfNoEntry: false });
  invariant(now?.ino === made.ino && now.dev === made.dev, `${path} was replaced while it was written`);
  return result;
}

function makeEmpty(path: string, ownership: Ownership): Stats {
  const descriptor = createOwnedFile(path, ownership);
  try {
    return fstatSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes an empty file that stays, such as a lock's, if it is not there yet. @throws {DrydockError} PREFLIGHT */
export function ensureFile(path: string, ownership: Ownership): void {
  const descriptor = createNew(path) ?? openToGive(path, ownership);
  if (descriptor === undefined) return;
  try {
    give(descriptor, ownership);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Undefined if there is nothing to change about it: closing a file drops the locks that SQLite holds on it in this process
 * (https://sqlite.org/howtocorrupt.html, section 2.2).
 */
function openToGive(path: string, ownership: Ownership): number | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  requireOurs(path, stats, ownership);
  const hasOwner = !isRoot() || (stats.uid === ownership.uid && stats.gid === ownership.gid);
  const fits = hasOwner && (stats.mode & 0o777) === modeFor(ownership, stats.gid);
  return fits || !mayChange(stats) ? undefined : openFile(path);
}

/**
 * A file that is written, or given away, must be the one that was made for that.
 * @throws {DrydockError} PREFLIGHT
 */
function requireOurs(path: string, stats: Stats, { uid }: Ownership): void {
  requireFileOrNothing(path);
  if (stats.nlink === 1 && (!isRoot() || [0, uid].includes(stats.uid))) return;
  const why = stats.nlink === 1 ? `belongs to uid ${stats.uid}` : 'is a file that has another name too (a hard link)';
  throw new DrydockError('PREFLIGHT', {
    what: `${path} ${why}, and Drydock keeps a file of its own under that name`,
    state: 'Nothing was changed',
    next: moveAway,
  });
}

/**
 * Copies a file to one that is made for it; on file systems that can, the two share their blocks.
 * @throws {DrydockError} PREFLIGHT if either is not a plain file.
 */
export async function copyToOwnedFile(from: string, to: string, ownership: Ownership): Promise<void> {
  const source = openFile(from);
  try {
    const target = createOwnedFile(to, ownership);
    try {
      await copyFile(nameOf(source, from), nameOf(target, to), constants.COPYFILE_FICLONE);
      // The copy has the permissions of its source now.
      give(target, ownership);
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

/** A name that is this very file's, whatever is put under its path meanwhile. Only Linux has it. */
function nameOf(descriptor: number, path: string): string {
  return process.platform === 'linux' ? `/proc/self/fd/${descriptor}` : path;
}
