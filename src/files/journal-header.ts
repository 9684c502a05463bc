import { closeSync, openSync, readSync, statSync } from 'node:fs';

/**
 * Whether a rollback journal belongs to a transaction that has not ended. SQLite ends one by deleting the journal,
 * truncating it, or overwriting its header with zeros (https://sqlite.org/pragma.html#pragma_journal_mode), and checks
 * only the first byte.
 */
export function hasJournalHeader(path: string): boolean {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return false;
  const fd = openSync(path, 'r');
  try {
    const first = Buffer.alloc(1);
    readSync(fd, first, 0, 1, 0);
    return first[0] !== 0;
  } finally {
    closeSync(fd);
  }
}
