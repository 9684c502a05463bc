/** What a rollback journal says about the database file beside it. */
import { type Claim, countMissing, wholePagesIn } from './claimed-pages.ts';
import { type JournalHeader, readJournalHeader, recordedPages } from './journal-records.ts';
import type { RawBytes } from './raw-bytes.ts';

/** SQLite ignores a journal that is shorter. */
const leastBytes = 512;

/** @returns Undefined if the journal has ended, has no valid header, or is of the transaction that created the database. */
export function readJournalClaim(bytes: RawBytes, mainBytes: number): Claim | undefined {
  const header = bytes.size < leastBytes ? undefined : firstHeader(bytes, mainBytes);
  if (header === undefined || header.pages === 0) return undefined;
  const { generation, pages, pageSize } = header;
  const mainPages = wholePagesIn(mainBytes, pageSize);
  const claim = { generation, pageSize, pages };
  if (mainPages >= pages) return { ...claim, missing: 0 };
  const recorded = recordedPages(bytes, header, (offset) => readJournalHeader(bytes, offset, 'synced'));
  const held = new Set([...recorded].filter((page) => page > mainPages));
  return { ...claim, missing: countMissing(pageSize, pages, mainPages, held) };
}

/**
 * Until the journal is forced to the disk, the database is not written to. SQLite removes such a journal, even if it is all
 * that is left of a database that was emptied. Beside any other file it claims nothing: a later transaction may have made
 * that smaller and left the journal there.
 */
function firstHeader(bytes: RawBytes, mainBytes: number): JournalHeader | undefined {
  const synced = readJournalHeader(bytes, 0, 'synced');
  return synced ?? (mainBytes > 0 ? undefined : readJournalHeader(bytes, 0, 'unsynced'));
}
