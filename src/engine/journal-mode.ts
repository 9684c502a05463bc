import type Database from 'better-sqlite3';

/**
 * @returns The journal mode that the database has then; the one it had where SQLite will not change it.
 * @throws {SqliteError} where it could not be written.
 */
export function setJournalMode(connection: Database.Database, mode: string): string {
  // All rows: the statement commits behind its only one, and to take that one alone is to hear nothing of an error there.
  const [row] = connection.pragma(`journal_mode = ${mode}`) as { readonly journal_mode: string }[];
  return String(row?.journal_mode);
}
