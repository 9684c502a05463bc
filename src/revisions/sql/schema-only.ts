/** Statements that change only a handful of pages, however large the database is. */
import { firstKeyword, isBlank, keywordOf, type SqlToken, sqlTokens } from './sql-tokens.ts';

/**
 * True if a statement only reads, or writes only rows of sqlite_schema and the empty root pages of what it creates. False if
 * its words do not show that: a wrong `true` would cost memory, a wrong `false` only time.
 *
 * ALTER TABLE ADD COLUMN and RENAME do not touch the rows (https://sqlite.org/lang_altertable.html).
 */
export function changesSchemaOnly(sql: string): boolean {
  const verb = firstKeyword(sql);
  if (verb === 'SELECT' || verb === 'EXPLAIN') return true;
  // For other verbs the rest of the text, which may hold megabytes of values, is not read.
  if (!['ALTER', 'CREATE', 'DROP'].includes(verb)) return false;
  const words = [...sqlTokens(sql)].filter((token) => !isBlank(token));
  switch (verb) {
    case 'ALTER':
      return ['ADD', 'RENAME'].includes(keywordBehindName(words.slice(2)));
    case 'CREATE':
      return createsEmpty(words.slice(1).map(keywordOf));
    default:
      return ['VIEW', 'TRIGGER'].includes(keywordAt(words, 1));
  }
}

/** @param words What follows `ALTER TABLE`: `table`, or `schema.table`, and the rest. */
function keywordBehindName(words: readonly SqlToken[]): string {
  return keywordAt(words, words[1]?.text === '.' ? 3 : 1);
}

function createsEmpty(keywords: readonly string[]): boolean {
  const kind = keywords.find((word) => !['TEMP', 'TEMPORARY'].includes(word)) ?? '';
  if (['VIEW', 'TRIGGER'].includes(kind)) return true;
  // AS may begin a SELECT that fills the table.
  return kind === 'TABLE' && !keywords.includes('AS');
}

function keywordAt(words: readonly SqlToken[], index: number): string {
  const word = words[index];
  return word === undefined ? '' : keywordOf(word);
}
