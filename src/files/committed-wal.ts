/** What a write-ahead log adds to its database (https://sqlite.org/fileformat2.html#walformat). */
import { type RawBytes, withRawBytes } from './raw-bytes.ts';
import { framesOf, readWal } from './wal-frames.ts';

export interface CommittedWal {
  readonly pageSize: number;
  /** Of the database, as of the last commit. */
  readonly pageCount: number;
  /** By page number: where in the file its newest committed content begins. */
  readonly pages: ReadonlyMap<number, number>;
}

/**
 * Reads the headers only, and checks no checksum: SQLite may ignore what is given here, and uses nothing else.
 * Undefined if the log holds no commit.
 */
export function committedWal(path: string): CommittedWal | undefined {
  return withRawBytes(path, readCommitted);
}

function readCommitted(bytes: RawBytes): CommittedWal | undefined {
  const wal = readWal(bytes);
  if (wal === undefined) return undefined;
  const pages = new Map<number, number>();
  let uncommitted: [page: number, at: number][] = [];
  let pageCount = 0;
  for (const { page, committedPages, contentAt } of framesOf(wal)) {
    uncommitted.push([page, contentAt]);
    if (committedPages === 0) continue;
    pageCount = committedPages;
    for (const [each, at] of uncommitted) pages.set(each, at);
    uncommitted = [];
  }
  return pageCount === 0 ? undefined : { pageSize: wal.pageSize, pageCount, pages };
}
