/** The content of a database that others may have open: its file, and the commits that are only in its write-ahead log. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type CommittedWal, committedWal } from './committed-wal.ts';
import { maskBookkeeping } from './content-hash.ts';

/** A multiple of every page size. */
const pieceBytes = 1024 * 1024;

/**
 * The `contentSha256` that a snapshot taken now would have, if its size is one of `sizes`. No lock is taken: if a writer
 * changes pages meanwhile, the result is the hash of no state at all, and so equals that of no snapshot.
 *
 * @param sizes In bytes. A database of another size is not read.
 * @returns 'empty' if there is not a single page; undefined if the size is none of `sizes`.
 * @throws the reason of `signal` if it is aborted.
 */
export async function liveContentSha256(
  database: string,
  sizes: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<string | 'empty' | undefined> {
  const log = `${database}-wal`;
  const wal = committedWal(log);
  const main = await open(database);
  try {
    const bytes = wal === undefined ? (await main.stat()).size : wal.pageCount * wal.pageSize;
    if (bytes === 0) return 'empty';
    if (!sizes.has(bytes)) return undefined;
    if (wal === undefined) return await hashPages(bytes, signal, (piece, at) => readInto(main, piece, at));
    return await hashWithLog(main, log, wal, bytes, signal);
  } finally {
    await main.close();
  }
}

async function hashWithLog(
  main: FileHandle,
  path: string,
  { pageSize, pages }: CommittedWal,
  bytes: number,
  signal: AbortSignal,
): Promise<string> {
  const log = await open(path);
  try {
    return await hashPages(bytes, signal, async (piece, at) => {
      await readInto(main, piece, at);
      for (let offset = 0; offset < piece.length; offset += pageSize) {
        const inLog = pages.get((at + offset) / pageSize + 1);
        if (inLog !== undefined) await readInto(log, piece.subarray(offset, offset + pageSize), inLog);
      }
    });
  } finally {
    await log.close();
  }
}

async function hashPages(
  bytes: number,
  signal: AbortSignal,
  fill: (piece: Buffer, at: number) => Promise<void>,
): Promise<string> {
  const content = createHash('sha256');
  for (let at = 0; at < bytes; at += pieceBytes) {
    signal.throwIfAborted();
    const piece = Buffer.alloc(Math.min(pieceBytes, bytes - at));
    await fill(piece, at);
    if (at === 0) maskBookkeeping(piece);
    content.update(piece);
  }
  return content.digest('hex');
}

/** Bytes beyond the end of the file stay zero: those pages are only in the log. */
async function readInto(file: FileHandle, buffer: Buffer, at: number): Promise<void> {
  for (let done = 0; done < buffer.length; ) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, at + done);
    if (bytesRead === 0) return;
    done += bytesRead;
  }
}
