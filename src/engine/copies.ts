/** Database files that are not the live one: snapshots in the making and working copies. */
import type Database from 'better-sqlite3';
import { DrydockError, invariant } from '../errors.ts';
import { setJournalMode } from './journal-mode.ts';
import { openDatabase } from './open-database.ts';
import type { CopyJournalMode } from './protocol.ts';

/** Sets the journal mode of a finished copy. In `delete` mode the file can be read without a -wal and -shm beside it. */
export function setJournalModeOfCopy(path: string, journalMode: CopyJournalMode): void {
  const db = openDatabase(path, { fileMustExist: true, timeout: 0 });
  try {
    const mode = setJournalMode(db, journalMode);
    invariant(mode === journalMode, `the copy ${path} stays in journal mode ${mode}`);
  } finally {
    db.close();
  }
}

/**
 * Writes an empty database of one page, as the copy of a file of zero bytes: the backup API cannot copy zero pages.
 * @returns Its number of pages.
 */
export function createEmptyDatabase(path: string): number {
  const db = openDatabase(path, { timeout: 0 });
  try {
    db.pragma('user_version = 1');
    db.pragma('user_version = 0');
    return db.pragma('page_count', { simple: true }) as number;
  } finally {
    db.close();
  }
}

/**
 * Replacing the content of the live file carries over neither journal mode nor page size.
 * @throws {DrydockError} REVISION_FAILED if the two differ.
 */
export function requireSameFormat(live: Database.Database, workingCopy: Database.Database): void {
  const mode = workingCopy.pragma('journal_mode', { simple: true });
  const pageSizes = [live, workingCopy].map((db) => db.pragma('page_size', { simple: true }));
  if (mode === 'delete' && pageSizes[0] === pageSizes[1]) return;
  throw new DrydockError('REVISION_FAILED', {
    what: 'A revision with transaction: false changes the journal mode or the page size beside other statements',
    next: 'Put PRAGMA journal_mode, or PRAGMA page_size with its VACUUM, into a revision of its own',
  });
}
