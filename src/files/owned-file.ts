/**
 * Files of Drydock's own. The owner of the folder can put anything under their names, so no link is followed, no pipe
 * waited for, and nothing written except to the very file that was created here.
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

/** Flags to open a file for reading without following a link or waiting for a pipe. */
export const withoutWaiting = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Opens a file for reading.
 * @throws {DrydockError} PREFLIGHT if it is not a plain file.
 * @throws {Error} Node's own, such as ENOENT.
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

/** Reads the text of a small file. @throws as {@link openFile}. */
export function readOwnFile(path: string): string {
  const descriptor = openFile(path);
  try {
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Creates an empty file with the ownership of the database; replaces what a killed run left there.
 * @returns Its descriptor, for writing.
 * @throws {DrydockError} PREFLIGHT if something other than a plain file is there.
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
  // Removes the name and does not truncate the file: by a hard link that may be another user's.
  removeFile(path);
  const descriptor = createNew(path);
  if (descriptor !== undefined) return descriptor;
  throw new DrydockError('PREFLIGHT', {
    what: `${path} was made by another process while Drydock made it`,
    state: 'Nothing was changed',
    next: 'Find out which process writes there, and run again',
  });
}

/** Undefined if the name is taken. */
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
 * Writes a small file atomically and durably, with the ownership of the database: readers and power cuts see the old
 * content or the new, never a part. Leaves nothing behind if it fails: on a full disk each block counts.
 * @param temporary Written first, beside it. Must be unique to this process unless a lock excludes other writers.
 * @throws {Error} Node's own, such as ENOSPC.
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

/** Writes, forces to the disk, and closes. */
function writeWhole(descriptor: number, bytes: Buffer): void {
  try {
    // On an almost full disk a write may be partial without an error (write(2)).
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Creates an empty file and lets `write` fill it by its path: SQLite takes only paths.
 * @throws {Error} if the path leads to another file afterwards.
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

/** Creates an empty file that stays, such as a lock file, unless it exists. @throws {DrydockError} PREFLIGHT */
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
 * Opens the file only if its owner or mode must change: closing a file drops the locks that SQLite holds on it in this
 * process (https://sqlite.org/howtocorrupt.html, section 2.2).
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
 * A file whose owner or mode we change must be one that we created.
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
 * Copies a file to a new one; they share their blocks if the file system can do that.
 * @throws {DrydockError} PREFLIGHT if either is not a plain file.
 */
export async function copyToOwnedFile(from: string, to: string, ownership: Ownership): Promise<void> {
  const source = openFile(from);
  try {
    const target = createOwnedFile(to, ownership);
    try {
      await copyFile(nameOf(source, from), nameOf(target, to), constants.COPYFILE_FICLONE);
      // copyFile has given the copy the permissions of its source.
      give(target, ownership);
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

/** A path to this very file, whatever is put under its name meanwhile. Only Linux has one. */
function nameOf(descriptor: number, path: string): string {
  return process.platform === 'linux' ? `/proc/self/fd/${descriptor}` : path;
}
