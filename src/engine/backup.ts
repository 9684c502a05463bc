/** SQLite's online backup, with the three things that better-sqlite3's `backup()` leaves to its caller. */
import Database from 'better-sqlite3';
import { invariant } from '../errors.ts';

/** Pages per step: the copy costs the same at any size, and the event loop must turn between steps. */
const pagesPerStep = 8192;

export type BackupProgress = (done: number, total: number) => void;

/**
 * Copies a whole database into a file, from a connection of its own.
 *
 * `backup()` resolves without copying anything if either side is locked, so the pages are counted.
 *
 * @returns The number of pages copied, which is all of them.
 * @throws SQLITE_BUSY if either side is locked.
 */
export async function backUp(
  source: Database.Database,
  to: string,
  onProgress: BackupProgress,
  onFirstStep: () => void = () => undefined,
): Promise<number> {
  const expected = source.pragma('page_count', { simple: true }) as number;
  let steps = 0;
  const { totalPages, remainingPages } = await source.backup(to, {
    progress({ totalPages: total, remainingPages: remaining }) {
      // At the first call the destination is locked and nothing is copied yet: the last chance to cancel.
      if (steps === 0) onFirstStep();
      else onProgress(total - remaining, total);
      steps += 1;
      return pagesPerStep;
    },
  });
  if (totalPages === 0) throw busy();
  invariant(remainingPages === 0 && totalPages === expected, `a backup copied ${totalPages} pages of ${expected}`);
  onProgress(totalPages, totalPages);
  return totalPages;
}

/** The error that `backup()` swallows. */
function busy(): Error {
  return new Database.SqliteError('database is locked: the online backup could not take a step', 'SQLITE_BUSY');
}
