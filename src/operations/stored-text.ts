/** What sqlite_schema stores about one table, word for word. https://sqlite.org/schematab.html */
import { DrydockError } from '../errors.ts';
import { quoteText } from '../schema/quote.ts';
import type { SqlPort } from './sql-port.ts';

/** SQL for whether a table, its indexes and triggers are the same in the database that runs a script as they are here. */
export function storedAsHere(port: SqlPort, table: string): string {
  const own = `main.sqlite_schema WHERE tbl_name = ${quoteText(table)} COLLATE NOCASE AND sql IS NOT NULL`;
  // The sqlite3 shell drops a carriage return at the end of a line.
  const rows = port
    .all(`SELECT type, name, replace(sql, char(13), '') AS sql FROM ${own} ORDER BY rowid`)
    .map(({ type, name, sql }) => `(${[type, name, sql].map((text) => quoteText(String(text))).join(', ')})`);
  const known = `(type, name, replace(sql, char(13), '')) IN (VALUES ${rows.join(', ')})`;
  return `(SELECT count(*) = ${rows.length} AND min(${known}) FROM ${own})`;
}

/**
 * SQLite accepts any bytes as text and returns invalid UTF-8 as U+FFFD: writing it back would change a default, a trigger or
 * an index condition.
 * @throws {DrydockError} REVISION_FAILED
 */
export function requireText(table: string, texts: readonly string[]): void {
  const odd = texts.find((text) => text.includes('\uFFFD'));
  if (odd === undefined) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `the stored SQL of ${table} is not valid UTF-8 and cannot be written back unchanged: ${odd}`,
    next: 'Use the program that created that default, trigger or index to drop it, and to create it again after this revision',
  });
}
