/** Hashes of a database file that no process writes to meanwhile. */

import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { plural } from '../format.ts';
import { withoutWaiting } from './owned-file.ts';
import { requireFileOrNothing } from './place.ts';

export interface ExactHash {
  /** Hex; of the file as it is: is it exactly the file that we wrote? */
  readonly sha256: string;
  readonly bytes: number;
}

export interface FileHashes extends ExactHash {
  /** Hex; of the pages with the header's bookkeeping masked: is it the same content? */
  readonly contentSha256: string;
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
/** A piece is hashed in about a millisecond, so that hashing gigabytes delays no heartbeat and no signal. */
const pieceBytes = 1024 * 1024;

/**
 * Reads the file in pieces, and yields to the event loop between them. Do not call it in a process that holds a SQLite
 * lock on the file: closing the file would drop the lock (https://sqlite.org/howtocorrupt.html, section 2.2).
 *
 * @throws {Error} EIO if the file could not be read completely.
 * @throws the reason of `signal` if it is aborted.
 */
export async function hashFile(path: string, signal: AbortSignal): Promise<FileHashes> {
  const content = createHash('sha256');
  const exact = await hashPieces(path, signal, (piece, isFirst) => {
    if (isFirst) maskBookkeeping(piece);
    content.update(piece);
  });
  return { ...exact, contentSha256: content.digest('hex') };
}

/** Zeroes the header fields in which two copies of the same content differ. */
export function maskBookkeeping(beginning: Buffer): void {
  if (beginning.length < headerBytes) return;
  for (const [offset, length] of bookkeeping) beginning.fill(0, offset, offset + length);
}

/** Only the exact hash, in half the time of {@link hashFile}. */
export function hashExactly(path: string, signal: AbortSignal): Promise<ExactHash> {
  return hashPieces(path, signal, () => undefined);
}

/** @param then Receives each piece after it was hashed, and may change it. */
async function hashPieces(
  path: string,
  signal: AbortSignal,
  then: (piece: Buffer, isFirst: boolean) => void,
): Promise<ExactHash> {
  signal.throwIfAborted();
  const exact = createHash('sha256');
  let bytes = 0;
  requireFileOrNothing(path);
  const file = await open(path, withoutWaiting);
  try {
    const { size } = await file.stat();
    const pieces = file.createReadStream({ highWaterMark: pieceBytes, autoClose: false });
    for await (const piece of pieces as AsyncIterable<Buffer>) {
      exact.update(piece);
      then(piece, bytes === 0);
      bytes += piece.length;
      signal.throwIfAborted();
    }
    requireAllRead(path, bytes, size, (await file.stat()).size);
  } finally {
    await file.close();
  }
  return { sha256: exact.digest('hex'), bytes };
}

/**
 * A read that ends early is no error (read(2)), and the hash of a part would pass for that of the whole file.
 * @throws {Error} EIO
 */
export function requireAllRead(path: string, bytes: number, sizeBefore: number, sizeAfter = sizeBefore): void {
  if (bytes === sizeBefore && bytes === sizeAfter) return;
  const size =
    sizeBefore === sizeAfter ? plural(sizeBefore, 'byte') : `${plural(sizeBefore, 'byte')}, and then ${sizeAfter}`;
  const message = `EIO: ${path} has ${size}, and ${bytes} of them could be read`;
  throw Object.assign(new Error(message), { code: 'EIO', path });
}
