/** What a database holds while others may have it open: its file, and the commits that are in its write-ahead log only. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type CommittedWal, committedWal } from './committed-wal.ts';
import { maskBookkeeping } from './content-hash.ts';

/** A multiple of every page size. */
const pieceBytes = 1024 * 1024;

/**
 * The `contentSha256` that a snapshot taken now would have, if its size is one of those asked for. No lock is taken: what
 * a writer changes meanwhile gives the hash of no state at all, which is the content of no snapshot.
 *
 * @param sizes Bytes. Of another size nothing is read.
 * @returns 'empty' if there is not a single page; undefined if the size is another one.
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

/** What the file does not have stays zero: a page that is in the log alone. */
async function readInto(file: FileHandle, buffer: Buffer, at: number): Promise<void> {
  for (let done = 0; done < buffer.length; ) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, at + done);
    if (bytesRead === 0) return;
    done += bytesRead;
  }
}
