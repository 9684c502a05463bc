/** What a write-ahead log adds to its database. */
import { withRawBytes } from './raw-bytes.ts';
import { framesOf, readWal } from './wal-frames.ts';

export interface CommittedWal {
  readonly pageSize: number;
  /** The size of the database in pages, as of the last commit. */
  readonly pageCount: number;
  /** By page number, the offset in the log of its newest committed content. */
  readonly pages: ReadonlyMap<number, number>;
}

/** Undefined if the log holds no commit. */
export function committedWal(path: string): CommittedWal | undefined {
  return withRawBytes(path, (bytes) => {
    const wal = readWal(bytes);
    if (wal === undefined) return undefined;
    const pages = new Map<number, number>();
    let uncommitted: [page: number, contentAt: number][] = [];
    let pageCount = 0;
    for (const { page, contentAt, committedPages } of framesOf(wal)) {
      uncommitted.push([page, contentAt]);
      if (committedPages === 0) continue;
      pageCount = committedPages;
      for (const [committed, at] of uncommitted) pages.set(committed, at);
      uncommitted = [];
    }
    return pageCount === 0 ? undefined : { pageSize: wal.pageSize, pageCount, pages };
  });
}
