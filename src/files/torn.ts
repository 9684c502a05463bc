/** A database file that was cut in the middle of a page. SQLite does not notice: it rounds the size up. */
import { isPageSize } from './claimed-pages.ts';
import { committedWal } from './committed-wal.ts';
import { hasJournalHeader } from './journal-header.ts';
import { type RawBytes, withRawBytes } from './raw-bytes.ts';

export interface Torn {
  readonly bytes: number;
  readonly pageSize: number;
  /** How many pages the database has according to its header. */
  readonly pages: number;
}

/**
 * @returns Undefined if it is not torn. A -journal or -wal with content makes the file whole again, and decides itself
 *   whether it can (companions.ts). Seen twice, since a writer may be making the file larger.
 */
export function findTorn(database: string): Torn | undefined {
  const before = withRawBytes(database, look);
  if (before === undefined || hasJournalHeader(`${database}-journal`)) return undefined;
  if (committedWal(`${database}-wal`) !== undefined) return undefined;
  return before.bytes === withRawBytes(database, look)?.bytes ? before : undefined;
}

/** https://sqlite.org/fileformat2.html, section 1.3: the page size at 16, the size in pages at 28. */
function look(bytes: RawBytes): Torn | undefined {
  const header = bytes.at(0, 100);
  if (header?.toString('latin1', 0, 16) !== 'SQLite format 3\0') return undefined;
  const told = header.readUInt16BE(16);
  const pageSize = told === 1 ? 65_536 : told;
  const pages = header.readUInt32BE(28);
  // The size in the header is valid only with these two equal (section 1.3.7).
  const isValid = isPageSize(pageSize) && header.readUInt32BE(24) === header.readUInt32BE(92);
  const isTorn = isValid && bytes.size % pageSize !== 0 && bytes.size < pages * pageSize;
  return isTorn ? { bytes: bytes.size, pageSize, pages } : undefined;
}
