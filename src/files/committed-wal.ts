/** What a write-ahead log adds to its database (https://sqlite.org/fileformat2.html#walformat). */
import { closeSync, openSync, readSync, statSync } from 'node:fs';

export interface CommittedWal {
  readonly pageSize: number;
  /** Of the database, as of the last commit. */
  readonly pageCount: number;
  /** By page number: where in the file its newest committed content begins. */
  readonly pages: ReadonlyMap<number, number>;
}

const headerBytes = 32;
const frameHeaderBytes = 24;

/**
 * Reads the headers only, and checks no checksum: SQLite may ignore what is given here, and uses nothing else.
 * Undefined if the log holds no commit.
 */
export function committedWal(path: string): CommittedWal | undefined {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes <= headerBytes) return undefined;
  const fd = openSync(path, 'r');
  try {
    return readFrames(fd, bytes);
  } finally {
    closeSync(fd);
  }
}

function readFrames(fd: number, bytes: number): CommittedWal | undefined {
  const header = Buffer.alloc(headerBytes);
  readSync(fd, header, 0, headerBytes, 0);
  // The last bit says in which byte order the checksums are.
  if ((header.readUInt32BE(0) & ~1) !== 0x377f0682) return undefined;
  const pageSize = header.readUInt32BE(8);
  if (pageSize < 512 || pageSize > 65_536) return undefined;
  const pages = new Map<number, number>();
  let uncommitted: [page: number, at: number][] = [];
  let pageCount = 0;
  const frame = Buffer.alloc(frameHeaderBytes);
  for (let at = headerBytes; at + frameHeaderBytes + pageSize <= bytes; at += frameHeaderBytes + pageSize) {
    readSync(fd, frame, 0, frameHeaderBytes, at);
    // The frames of a log that was begun anew lie behind those of the new one, and have other salts.
    if (!frame.subarray(8, 16).equals(header.subarray(16, 24))) break;
    uncommitted.push([frame.readUInt32BE(0), at + frameHeaderBytes]);
    const pagesAfterCommit = frame.readUInt32BE(4);
    if (pagesAfterCommit === 0) continue;
    pageCount = pagesAfterCommit;
    for (const [page, contentAt] of uncommitted) pages.set(page, contentAt);
    uncommitted = [];
  }
  return pageCount === 0 ? undefined : { pageSize, pageCount, pages };
}
