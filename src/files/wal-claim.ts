import { type Claim, countMissing, wholePagesIn } from './claimed-pages.ts';
import type { RawBytes } from './raw-bytes.ts';
import { framesOf, readWal, type Wal } from './wal-frames.ts';

/** @returns Undefined if the log has no committed frame. */
export function readWalClaim(bytes: RawBytes, mainBytes: number): Claim | undefined {
  const wal = readWal(bytes);
  if (wal === undefined) return undefined;
  const { pageSize, generation } = wal;
  const mainPages = wholePagesIn(mainBytes, pageSize);
  const last = lastCommit(wal);
  if (last === 0) return undefined;
  if (mainPages >= last) return { generation, pageSize, pages: last, missing: 0 };
  const { pages, held } = readAll(wal, mainPages);
  if (pages === 0) return undefined;
  return { generation, pageSize, pages, missing: countMissing(pageSize, pages, mainPages, held) };
}

/** A log is written from its beginning, so the end of this generation can be found by binary search. */
function lastCommit(wal: Wal): number {
  let [low, high] = [0, wal.room];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (wal.frame(middle) === undefined) high = middle;
    else low = middle + 1;
  }
  for (let index = low - 1; index >= 0; index -= 1) {
    const pages = wal.frame(index)?.committedPages ?? 0;
    if (pages > 0) return pages;
  }
  return 0;
}

/** Reads frame by frame, as SQLite does: after the point where a torn log ends there may be frames of this generation. */
function readAll(wal: Wal, mainPages: number): { readonly pages: number; readonly held: ReadonlySet<number> } {
  const held = new Set<number>();
  let uncommitted: number[] = [];
  let pages = 0;
  for (const { page, committedPages } of framesOf(wal)) {
    if (page > mainPages) uncommitted.push(page);
    if (committedPages === 0) continue;
    pages = committedPages;
    for (const each of uncommitted) held.add(each);
    uncommitted = [];
  }
  return { pages, held };
}
