import type Database from 'better-sqlite3';

/**
 * @returns The journal mode that the database now has; the previous one if SQLite refuses to change it.
 * @throws {SqliteError} if it could not be written.
 */
export function setJournalMode(connection: Database.Database, mode: string): string {
  // Read to the end: the statement commits after its only row, and an error in that commit would otherwise be missed.
  const [row] = connection.pragma(`journal_mode = ${mode}`) as { readonly journal_mode: string }[];
  return String(row?.journal_mode);
}
