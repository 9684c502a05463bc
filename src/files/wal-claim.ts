import { type Claim, countMissing, pagesIn } from './claimed-pages.ts';
import type { RawBytes } from './raw-bytes.ts';
import { framesOf, readWal, type Wal } from './wal-frames.ts';

/** @returns Undefined without a committed frame. */
export function readWalClaim(bytes: RawBytes, mainBytes: number): Claim | undefined {
  const wal = readWal(bytes);
  if (wal === undefined) return undefined;
  const { pageSize, generation } = wal;
  const mainPages = pagesIn(mainBytes, pageSize);
  const last = lastCommit(wal);
  if (last === 0) return undefined;
  if (mainPages >= last) return { generation, pageSize, pages: last, missing: 0 };
  const { pages, held } = readAll(wal, mainPages);
  if (pages === 0) return undefined;
  return { generation, pageSize, pages, missing: countMissing(pageSize, pages, mainPages, held) };
}

/** A log is written from its beginning, so that the end of this generation need not be looked for frame by frame. */
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

/** Frame by frame, as SQLite reads it: behind the place where a torn log ends there may be frames of this generation. */
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
