import { closeSync, openSync, readSync, statSync } from 'node:fs';

/**
 * Whether a rollback journal is one of a transaction that has not ended. SQLite ends it by deleting the journal, emptying it, or
 * overwriting its header with zeros (https://sqlite.org/pragma.html#pragma_journal_mode), and looks at the first byte only.
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
