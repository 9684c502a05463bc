/**
 * Writes that survive a power cut. A file is durable once its content and the directory entry that names it are both on
 * the disk: fsync of the file alone does not save the entry (fsync(2); in an experiment a finished snapshot came back as
 * an empty database 83 times out of 83).
 */
import { closeSync, fstatSync, fsyncSync, openSync, renameSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../errors.ts';
import { requireFileOrNothing } from './place.ts';

/** Forces a file's content to the disk. */
export function fsyncFile(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
    // If XFS has shut down meanwhile, a directory's change is lost, but its fsync reports success; fstat fails.
    fstatSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Forces a directory's entries (created, renamed, removed names) to the disk. */
export function fsyncDirectory(path: string): void {
  fsyncFile(path);
}

/** Gives a file its final name once its content is durable, so that the name never refers to anything incomplete. */
export function renameDurably(from: string, to: string): void {
  fsyncFile(from);
  // The directory first: what was unlinked beside the file (a rollback journal) must be gone before the name appears.
  fsyncDirectory(dirname(from));
  renameSync(from, to);
  fsyncDirectory(dirname(to));
}

/** Removes a file so that it stays removed. A missing file is no error. */
export function removeDurably(path: string): void {
  removeFile(path);
  fsyncDirectory(dirname(path));
}

/** Removes a file; a missing one is no error. Not with rmSync, which loses the error code of a failing volume. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    // For a folder Linux gives EISDIR, and other systems EPERM, as for a file without permission.
    if (['EISDIR', 'EPERM'].includes(codeOf(error))) requireFileOrNothing(path);
    throw error;
  }
}

/**
 * Cleans up after a failure. On a failing volume this fails too, but only the first failure must be reported; the next
 * run cleans up.
 */
export function tryToClearAway(remove: () => void): void {
  try {
    remove();
  } catch {
    return;
  }
}
