import { tokenize, tokenName } from 'sqlite3-parser';
import { invariant } from '../errors.ts';
import { sameName } from './names.ts';

/**
 * A table, column or index name as SQL: unquoted if SQLite reads it as a plain identifier, which keeps the stored schema
 * readable; otherwise in double quotes (keywords, spaces, quotes, anything but ASCII). https://sqlite.org/lang_keywords.html
 */
export function quoteName(name: string): string {
  // SQLite stops reading at a NUL byte, so a name with one can never be what its author meant.
  invariant(!name.includes('\0'), `a NUL byte in the name ${JSON.stringify(name)}`);
  return isBareName(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A string as an SQL literal. */
export function quoteText(text: string): string {
  invariant(!text.includes('\0'), `a NUL byte in the text ${JSON.stringify(text)}`);
  return `'${text.replaceAll("'", "''")}'`;
}

function isBareName(name: string): boolean {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return false;
  // Not keywords to the tokenizer, but constants if no column has that name: https://sqlite.org/lang_expr.html
  if (sameName(name, 'true') || sameName(name, 'false')) return false;
  return [...tokenize(name)].every((token) => tokenName(token.type) === 'ID');
}
