/**
 * Writing so that a power cut cannot take it back. A file is durable once its content and the directory entry that
 * names it are both on the disk: fsync of the file alone does not save the entry (fsync(2), and the experiment in which
 * a finished snapshot came back as an empty database 83 times of 83).
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
    // An XFS that went down meanwhile has thrown a change of a folder away, and says of its fsync that it went well; not of this.
    fstatSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Forces a directory's entries (created, renamed, removed names) to the disk. */
export function fsyncDirectory(path: string): void {
  fsyncFile(path);
}

/** Gives a durable file its final name, so that the name is never seen on anything but the whole content. */
export function renameDurably(from: string, to: string): void {
  fsyncFile(from);
  // The directory first: what was unlinked beside the file (a rollback journal) must be gone before the name appears.
  fsyncDirectory(dirname(from));
  renameSync(from, to);
  fsyncDirectory(dirname(to));
}

/** Removes a file so that it stays removed. A file that is not there is no error. */
export function removeDurably(path: string): void {
  removeFile(path);
  fsyncDirectory(dirname(path));
}

/** Removes a file. One that is not there is no error. Not by rmSync, which forgets the code of what a failing volume says. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    // Linux says EISDIR of a folder, and other systems EPERM, as of a file that may not be removed.
    if (['EISDIR', 'EPERM'].includes(codeOf(error))) requireFileOrNothing(path);
    throw error;
  }
}

/**
 * Clears away after a failure. On a volume that fails this fails too, and what has to be heard of is the first failure; the
 * next run clears away.
 */
export function tryToClearAway(remove: () => void): void {
  try {
    remove();
  } catch {
    return;
  }
}
