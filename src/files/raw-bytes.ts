import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { codeOf } from '../errors.ts';

export interface RawBytes {
  readonly size: number;
  /** Undefined if the file ends earlier. */
  at(offset: number, length: number): Buffer | undefined;
}

/**
 * Not for a file on which this process holds SQLite locks: closing it drops them (https://sqlite.org/howtocorrupt.html,
 * section 2.2).
 * @returns Undefined if the file is missing, empty, or not a regular file.
 */
export function withRawBytes<T>(path: string, read: (bytes: RawBytes) => T): T | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  // An empty file has nothing to read, and opening it may not be permitted.
  if (found?.isFile() !== true || found.size === 0) return undefined;
  const fd = openUnlessGone(path);
  if (fd === undefined) return undefined;
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) return undefined;
    return read({
      size: stats.size,
      at(offset, length) {
        const bytes = Buffer.alloc(length);
        return readSync(fd, bytes, 0, length, offset) === length ? bytes : undefined;
      },
    });
  } finally {
    closeSync(fd);
  }
}

/** SQLite may remove its companions at any time. O_NONBLOCK: opening a named pipe would otherwise block. */
function openUnlessGone(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
