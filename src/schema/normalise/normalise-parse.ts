import type { Span, Stmt, Token } from 'sqlite3-parser';
import { DrydockError } from '../../errors.ts';
import { parseStmt, tokenize } from '../parse.ts';
import { closingParenthesis } from './normalise.ts';

/**
 * Parses the one statement in a row of sqlite_schema.
 * @throws {DrydockError} FAULT if it cannot: SQLite wrote the text, so the parser is out of date.
 */
export function parseStored(sql: string): Stmt {
  const parsed = parseStmt(sql);
  if (parsed.status === 'ok') return parsed.root;
  throw unreadable(sql, parsed.errors[0]?.message ?? 'no reason given');
}

export function unreadable(sql: string, reason: string): DrydockError {
  return new DrydockError('FAULT', {
    what: `Drydock cannot read what SQLite stores as ${JSON.stringify(sql)}: ${reason}`,
    next: 'Report it: the statement above is all that is needed',
  });
}

export function textOf(sql: string, span: Span): string {
  return sql.slice(span.offset, span.offset + span.length);
}

/** The text after a place. */
export function textAfter(sql: string, span: Span): string {
  return sql.slice(span.offset + span.length);
}

/** The text inside the first parentheses of a piece of SQL. */
export function insideParentheses(sql: string): string {
  return sliceOf(sql, atParentheses(sql).inside);
}

/** The comma-separated items inside the first parentheses of a piece of SQL. */
export function itemsInParentheses(sql: string): string[] {
  return splitAtCommas(atParentheses(sql).inside).map((item) => sliceOf(sql, item));
}

/** The text after the first parentheses of a piece of SQL. */
export function behindParentheses(sql: string): string {
  return sliceOf(sql, atParentheses(sql).behind);
}

/** A piece of SQL without its first word. */
export function withoutFirstWord(sql: string): string {
  const [first] = tokenize(sql);
  return first === undefined ? '' : textAfter(sql, first.span).trim();
}

/** The text from the first token to the last, with the whitespace and comments in between. */
function sliceOf(sql: string, tokens: readonly Token[]): string {
  const [first, last] = [tokens[0], tokens.at(-1)];
  return first === undefined || last === undefined
    ? ''
    : sql.slice(first.span.offset, last.span.offset + last.span.length);
}

/** The tokens inside the first parentheses, including nested ones, and the tokens after them. */
function atParentheses(sql: string): { readonly inside: Token[]; readonly behind: Token[] } {
  const tokens = [...tokenize(sql)];
  const texts = tokens.map(({ text }) => text);
  const open = texts.indexOf('(');
  const close = open === -1 ? -1 : closingParenthesis(texts, open);
  return close === -1
    ? { inside: [], behind: [] }
    : { inside: tokens.slice(open + 1, close), behind: tokens.slice(close + 1) };
}

function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const items: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if (token.text === ',' && depth === 0) items.push([]);
    else items.at(-1)?.push(token);
  }
  return items;
}
