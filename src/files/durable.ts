/**
 * Writing so that a power cut cannot take it back. A file is durable once its content and the directory entry that
 * names it are both on the disk: fsync of the file alone does not save the entry (fsync(2), and the experiment in which
 * a finished snapshot came back as an empty database 83 times of 83).
 */
import { closeSync, fstatSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../errors.ts';

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

/**
 * Writes a small file whole: readers and power cuts see the old content or the new, never a part. Leaves nothing behind
 * where it cannot: on a full disk each block counts.
 * @param temporary Where it is written first, beside it; of this process alone where no lock keeps others from writing.
 */
export function writeFileDurably(path: string, content: string, mode: number, temporary = `${path}.tmp`): void {
  const fd = openTemporary(temporary, mode);
  try {
    writeWhole(fd, Buffer.from(content));
    renameSync(temporary, path);
  } catch (error) {
    tryToClearAway(() => removeFile(temporary));
    throw error;
  }
  fsyncDirectory(dirname(path));
}

/** One that another user's run left when it was killed may be removed by whoever may write the folder, and not written. */
function openTemporary(path: string, mode: number): number {
  try {
    return openSync(path, 'w', mode);
  } catch (error) {
    if (codeOf(error) !== 'EACCES') throw error;
    removeFile(path);
    return openSync(path, 'w', mode);
  }
}

/** Closes it too. */
function writeWhole(fd: number, bytes: Buffer): void {
  try {
    // A disk that is about to be full takes a part of it and says so without an error (write(2)).
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
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
    if (codeOf(error) !== 'ENOENT') throw error;
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
