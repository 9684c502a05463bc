import { fileError, lineAt } from '../files/file-error.ts';

export type SqlTokenKind = 'space' | 'lineComment' | 'blockComment' | 'semicolon' | 'word' | 'quoted' | 'other';

/** A piece of SQL text. The tokens of a text, joined, are the text. */
export interface SqlToken {
  readonly kind: SqlTokenKind;
  readonly text: string;
  /** Offset of its first character. */
  readonly start: number;
  /** 1-based line of its first character. */
  readonly line: number;
}

// The characters that SQLite's tokenizer takes for whitespace and for part of a word (https://sqlite.org/c3ref/complete.html
// and tokenize.c): every non-ASCII character is part of a word, except that a BOM at the start of a token is whitespace.
const blanks = /[ \t\n\f\r\uFEFF]+/y;
const wordCharacters = /[A-Za-z0-9_$\u0080-\uFFFF]+/y;

const closers: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '[': ']' };

/**
 * Splits SQL text into the few kinds of token that sqlite3_complete() distinguishes. Lazy: text after the last requested
 * token is not read, except to look for a NUL byte.
 * @param firstLine The line of `file` on which the text begins.
 * @param file Names the text in errors.
 * @throws {DrydockError} USAGE for a NUL byte, or for an unterminated string, quoted name or comment.
 */
export function* sqlTokens(sql: string, firstLine = 1, file = 'SQL'): Generator<SqlToken, void, undefined> {
  refuseNul(sql, firstLine, file);
  let start = 0;
  let line = firstLine;
  while (start < sql.length) {
    const { kind, end } = tokenAt(sql, start);
    if (end === 'never') throw fileError(file, line, `${unclosedName(sql, start)} that starts here is never closed`);
    const text = sql.slice(start, end);
    yield { kind, text, start, line };
    line += lineAt(text, text.length) - 1;
    start = end;
  }
}

/** The token's text in upper case if it is a word, otherwise ''. In SQL only ASCII letters have case. */
export function keywordOf(token: SqlToken): string {
  return token.kind === 'word' ? token.text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()) : '';
}

/**
 * The first word of a text in upper case; '' if the text begins with anything else, even whitespace. The rest is not read.
 */
export function firstKeyword(sql: string): string {
  const [first] = sqlTokens(sql);
  return first === undefined ? '' : keywordOf(first);
}

export function isBlank(token: SqlToken): boolean {
  return token.kind === 'space' || token.kind === 'lineComment' || token.kind === 'blockComment';
}

/** Interfaces that take SQL as a C string silently stop at a NUL, and the rest is never run. */
function refuseNul(sql: string, firstLine: number, file: string): void {
  const offset = sql.indexOf('\0');
  if (offset === -1) return;
  const line = firstLine + lineAt(sql, offset) - 1;
  throw fileError(file, line, 'the text contains a NUL byte, at which SQLite would stop reading');
}

function tokenAt(sql: string, start: number): { kind: SqlTokenKind; end: number | 'never' } {
  const character = sql.charAt(start);
  if (character === ';') return { kind: 'semicolon', end: start + 1 };
  if (sql.startsWith('--', start)) return { kind: 'lineComment', end: lineEnd(sql, start) };
  if (sql.startsWith('/*', start)) return { kind: 'blockComment', end: after(sql, '*/', start + 2) };
  const closer = closers[character];
  if (closer !== undefined) return { kind: 'quoted', end: after(sql, closer, start + 1) };
  const blank = runEnd(blanks, sql, start);
  if (blank > start) return { kind: 'space', end: blank };
  const word = runEnd(wordCharacters, sql, start);
  return word > start ? { kind: 'word', end: word } : { kind: 'other', end: start + 1 };
}

function lineEnd(sql: string, start: number): number {
  const newline = sql.indexOf('\n', start);
  return newline === -1 ? sql.length : newline;
}

/** A doubled quote inside quotes is read as two adjacent tokens, which makes no difference here. */
function after(sql: string, closer: string, start: number): number | 'never' {
  const at = sql.indexOf(closer, start);
  return at === -1 ? 'never' : at + closer.length;
}

function runEnd(run: RegExp, sql: string, start: number): number {
  run.lastIndex = start;
  return run.test(sql) ? run.lastIndex : start;
}

function unclosedName(sql: string, start: number): string {
  const character = sql.charAt(start);
  if (character === '/') return 'the comment';
  return character === "'" ? 'the string' : 'the quoted name';
}
