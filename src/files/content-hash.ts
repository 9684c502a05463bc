/** Hashes of a database file at rest. Never used on a file on which this process holds a SQLite lock. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

export interface FileHashes {
  /** Of the file as it is, hex: is it the very file we wrote? */
  readonly sha256: string;
  /** Of the pages with the header's bookkeeping masked, hex: is it the same content? */
  readonly contentSha256: string;
  readonly bytes: number;
}

/**
 * Header fields that differ between two copies of the same content (https://sqlite.org/fileformat2.html, section 1.3):
 * the journal mode, the change counter, the schema cookie, and version-valid-for with the SQLite version.
 */
const bookkeeping: ReadonlyArray<readonly [offset: number, length: number]> = [
  [18, 2],
  [24, 4],
  [40, 4],
  [92, 8],
];

const headerBytes = 100;
const chunkBytes = 4 * 1024 * 1024;

export function hashFile(path: string): FileHashes {
  const exact = createHash('sha256');
  const content = createHash('sha256');
  const chunk = Buffer.allocUnsafe(chunkBytes);
  const fd = openSync(path, 'r');
  let bytes = 0;
  try {
    for (let read = readSync(fd, chunk); read > 0; read = readSync(fd, chunk)) {
      const part = chunk.subarray(0, read);
      exact.update(part);
      if (bytes === 0 && read >= headerBytes)
        for (const [offset, length] of bookkeeping) part.fill(0, offset, offset + length);
      content.update(part);
      bytes += read;
    }
  } finally {
    closeSync(fd);
  }
  return { sha256: exact.digest('hex'), contentSha256: content.digest('hex'), bytes };
}
