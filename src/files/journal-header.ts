import { closeSync, openSync, readSync, statSync } from 'node:fs';

/**
 * Whether a rollback journal is one of a transaction that has not ended. SQLite ends it by deleting the journal, emptying it, or
 * overwriting its header with zeros (https://sqlite.org/pragma.html#pragma_journal_mode).
 */
export function hasJournalHeader(path: string): boolean {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return false;
  const fd = openSync(path, 'r');
  try {
    const magic = Buffer.alloc(8);
    readSync(fd, magic, 0, 8, 0);
    return magic.some((byte) => byte !== 0);
  } finally {
    closeSync(fd);
  }
}
