/** Compares two database files page by page, except for what SQLite itself does not restore when it rolls back. */
import { type FileHandle, open } from 'node:fs/promises';
import { maskBookkeeping, requireAllRead } from './content-hash.ts';

const pieceBytes = 1024 * 1024;

/**
 * Whether two files are equal in every byte of every page in use. The leaf pages of the freelist are not journaled: a
 * transaction that used them and spilled its cache leaves other bytes in them when it is rolled back. Bytes beyond the
 * last page do not count either (https://sqlite.org/fileformat2.html, sections 1.3.8 and 1.5).
 *
 * @param reference A whole database, whose header gives the number of pages.
 * @throws the reason of `signal` if it is aborted.
 */
export async function hasSamePages(path: string, reference: string, signal: AbortSignal): Promise<boolean> {
  for await (const _page of comparePages(path, reference, signal)) return false;
  return true;
}

/** The numbers of the pages in use that differ; as {@link hasSamePages}. */
export async function differingPages(path: string, reference: string, signal: AbortSignal): Promise<number[]> {
  const differing: number[] = [];
  for await (const page of comparePages(path, reference, signal)) differing.push(page);
  return differing;
}

async function* comparePages(
  path: string,
  reference: string,
  signal: AbortSignal,
): AsyncGenerator<number, void, undefined> {
  const [ours, theirs] = [await openWhole(path), await openWhole(reference)];
  try {
    const header = await read(theirs, 0, 100);
    const pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
    const pageCount = header.readUInt32BE(28);
    const free = await freePages(theirs, header.readUInt32BE(32), pageSize, pageCount);
    const end = pageSize * pageCount;
    for (let at = 0; at < end; at += pieceBytes) {
      signal.throwIfAborted();
      const length = Math.min(pieceBytes, end - at);
      const [left, right] = [await read(ours, at, length), await read(theirs, at, length)];
      if (at === 0) for (const piece of [left, right]) maskBookkeeping(piece);
      if (!left.equals(right)) yield* comparePiece(left, right, pageSize, free, at / pageSize + 1);
    }
  } finally {
    await ours.handle.close();
    await theirs.handle.close();
  }
}

/** @param first Number of the piece's first page. */
function* comparePiece(
  left: Buffer,
  right: Buffer,
  pageSize: number,
  free: ReadonlySet<number>,
  first: number,
): Generator<number, void, undefined> {
  const endsEarly = left.length !== right.length;
  for (let at = 0; at < Math.max(left.length, right.length); at += pageSize) {
    const page = (piece: Buffer) => piece.subarray(at, at + pageSize);
    const number = first + at / pageSize;
    if (!page(left).equals(page(right)) && (endsEarly || !free.has(number))) yield number;
  }
}

/** The leaves of the freelist. A trunk page has the number of the next trunk, the number of its leaves, and the leaves. */
async function freePages(
  file: OpenFile,
  firstTrunk: number,
  pageSize: number,
  pageCount: number,
): Promise<ReadonlySet<number>> {
  const free = new Set<number>();
  const trunks = new Set<number>();
  // A damaged list may lead anywhere, or in a loop; pages that it does not list are compared.
  for (let trunk = firstTrunk; trunk > 0 && trunk <= pageCount && !trunks.has(trunk); ) {
    trunks.add(trunk);
    const page = await read(file, (trunk - 1) * pageSize, pageSize);
    const leaves = Math.min(page.readUInt32BE(4), pageSize / 4 - 2);
    for (let leaf = 0; leaf < leaves; leaf += 1) free.add(page.readUInt32BE(8 + 4 * leaf));
    trunk = page.readUInt32BE(0);
  }
  return free;
}

interface OpenFile {
  readonly path: string;
  readonly handle: FileHandle;
  readonly size: number;
}

async function openWhole(path: string): Promise<OpenFile> {
  const handle = await open(path);
  return { path, handle, size: (await handle.stat()).size };
}

/** Reads up to the end of the file. @throws {Error} EIO if it ends before the size that it had when opened. */
async function read({ path, handle, size }: OpenFile, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - at)));
  let done = 0;
  while (done < buffer.length) {
    const { bytesRead } = await handle.read(buffer, done, buffer.length - done, at + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  requireAllRead(path, at + done, at + buffer.length);
  return buffer;
}
