import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { codeOf } from '../errors.ts';

export interface RawBytes {
  readonly size: number;
  /** Undefined if the file ends before it has that many. */
  at(offset: number, length: number): Buffer | undefined;
}

/**
 * Not for a file on which this process holds locks of SQLite: closing it drops them (https://sqlite.org/howtocorrupt.html,
 * section 2.2).
 * @returns Undefined if there is no file of that name, an empty one, or something that is no regular file.
 */
export function withRawBytes<T>(path: string, read: (bytes: RawBytes) => T): T | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  // Of an empty file there is nothing to know, and this user may not be allowed to open it.
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

/** SQLite removes its companions at any time. A pipe that took the name would be waited for without O_NONBLOCK. */
function openUnlessGone(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
