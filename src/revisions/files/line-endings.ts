import { sqlTokens } from '../sql/sql-tokens.ts';
import { fileError, lineAt } from './file-error.ts';

/**
 * All line endings are read as LF, since Git may write them differently on each machine. A carriage return that Git cannot
 * have written was typed on purpose, and would be missing from the text in the database; it is refused.
 * @param text The file's text as it is.
 * @throws {DrydockError} USAGE, naming the line.
 */
export function requireLineEndings(text: string, file: string): void {
  // Without any LF, carriage returns are the line endings, as on old systems.
  if (!text.includes('\n')) return;
  const alone = text.search(/\r(?!\n)/);
  if (alone !== -1) throw fileError(file, lineAt(text, alone), meant('a carriage return that ends no line'));
  if (!text.includes('\r\n') || !/(?<!\r)\n/.test(text)) return;
  for (const token of sqlTokens(text, 1, file)) {
    const inside = token.kind === 'quoted' ? token.text.indexOf('\r\n') : -1;
    if (inside === -1) continue;
    const line = lineAt(text, token.start + inside);
    throw fileError(file, line, meant('a carriage return inside quotes, in a file whose other lines end without one'));
  }
}

function meant(what: string): string {
  return `${what}: remove it, or write char(13) where the text is to hold it`;
}
