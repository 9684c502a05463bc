/** Locates, cuts and replaces pieces of SQL text without changing the meaning of what is around them. */
import { tokenName } from 'sqlite3-parser';
import { tokenize } from '../parse.ts';

/** From the first character to after the last. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Kinds are the names of SQLite's own grammar: LP, RP, COMMA, ID, STRING, SPACE, COMMENT, … */
export interface Token extends TextRange {
  readonly kind: string;
}

/** All tokens, including whitespace and comments. */
function tokensOf(sql: string): Token[] {
  return [...tokenize(sql, { emitTrivia: true })].map(({ type, span }) => ({
    kind: tokenName(type) ?? '',
    start: span.offset,
    end: span.offset + span.length,
  }));
}

/** The tokens that are neither whitespace nor comments. */
export function wordsOf(sql: string): Token[] {
  return tokensOf(sql).filter((token) => !isTrivia(token) && token.end > token.start);
}

/** The text of a place without whitespace and comments: if it is the same for two texts, they mean the same. */
export function meaningOf(sql: string): string {
  return wordsOf(sql)
    .map(({ start, end }) => sql.slice(start, end))
    .join(' ');
}

export function textAt(sql: string, { start, end }: TextRange): string {
  return sql.slice(start, end);
}

export function withReplaced(sql: string, { start, end }: TextRange, text: string): string {
  return sql.slice(0, start) + text + sql.slice(end);
}

export function withInserted(sql: string, at: number, text: string): string {
  return sql.slice(0, at) + text + sql.slice(at);
}

/** Removes a place with the whitespace before it. A comment stays, and a line comment never swallows the text after it. */
export function withCut(sql: string, place: TextRange): string {
  const tokens = tokensOf(sql);
  const start = startOfBlanks(sql, tokens, place.start);
  const next = tokens.find((token) => token.start >= place.end);
  const standsApart = next === undefined || isTrivia(next) || next.kind === 'COMMA' || next.kind === 'RP';
  return withReplaced(sql, { start, end: place.end }, standsApart ? '' : ' ');
}

function startOfBlanks(sql: string, tokens: readonly Token[], start: number): number {
  const [space, before] = tokens.filter((token) => token.end <= start).toReversed();
  if (space?.kind !== 'SPACE') return start;
  // The line break that ends a line comment has to stay.
  const endsLine = before?.kind === 'COMMENT' && sql.startsWith('--', before.start);
  return endsLine ? start : space.start;
}

function isTrivia({ kind }: Token): boolean {
  return kind === 'SPACE' || kind === 'COMMENT';
}
