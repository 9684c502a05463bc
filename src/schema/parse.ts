/**
 * The parser and its tokenizer for SQL that SQLite accepts and they do not: `window`, `filter` and `over` as names, which
 * SQLite tells from keywords by context, and numbers such as `1_000`. These are replaced by something of the same length, so
 * that offsets stay valid; names in the result are the original ones again.
 */
import { parseStmt as parse, tokenName, tokenize as tokensOf } from 'sqlite3-parser';

type Token = ReturnType<typeof tokensOf> extends Iterable<infer T> ? T : never;

/** Like `parseStmt` of sqlite3-parser. A number loses its `_` and is padded with zeros. */
export function parseStmt(sql: string): ReturnType<typeof parse> {
  if (!mayBeUnreadable(sql)) return parse(sql);
  const base = unusedBase(sql);
  const parsed = parse(readable(sql, base));
  restore(parsed, base);
  return parsed;
}

/** Like `tokenize` of sqlite3-parser. */
export function* tokenize(sql: string, options?: Parameters<typeof tokensOf>[1]): Generator<Token, void, undefined> {
  const text = mayBeUnreadable(sql) ? readable(sql, unusedBase(sql)) : sql;
  for (const token of tokensOf(text, options)) {
    const { offset, length } = token.span;
    yield text === sql ? token : { ...token, text: sql.slice(offset, offset + length) };
  }
}

function mayBeUnreadable(sql: string): boolean {
  return /\b(?:window|filter|over)\b|\d_\d|\b0x[\da-f]+_/i.test(sql);
}

function readable(sql: string, base: number): string {
  const tokens = [...tokensOf(sql)];
  let text = sql;
  for (const [at, token] of tokens.entries()) {
    const { offset, length } = token.span;
    const instead = isNumberWithSeparators(token)
      ? plainNumber(token.text)
      : isNameForKeyword(tokens, at)
        ? disguised(token.text, base)
        : undefined;
    if (instead !== undefined) text = text.slice(0, offset) + instead + text.slice(offset + length);
  }
  return text;
}

/**
 * The rules of SQLite's own tokenizer: analyzeWindowKeyword and its neighbours in https://sqlite.org/src/file/src/tokenize.c
 */
function isNameForKeyword(tokens: readonly Token[], at: number): boolean {
  const [before, token, next, second] = [tokens[at - 1], tokens[at], tokens[at + 1], tokens[at + 2]];
  switch (kindOf(token)) {
    case 'WINDOW':
      return !(isName(next) && kindOf(second) === 'AS');
    case 'OVER':
      return !(kindOf(before) === 'RP' && (kindOf(next) === 'LP' || isName(next)));
    case 'FILTER':
      return !(kindOf(before) === 'RP' && kindOf(next) === 'LP');
    default:
      return false;
  }
}

function kindOf(token: Token | undefined): string | undefined {
  return token === undefined ? undefined : tokenName(token.type);
}

/** Whether SQLite accepts a token as a name. */
function isName(token: Token | undefined): boolean {
  if (token === undefined) return false;
  if (/^(?:ID|STRING|WINDOW|OVER)$/.test(kindOf(token) ?? '')) return true;
  return /^\w+$/.test(token.text) && parse(`CREATE TABLE ${token.text} (a)`).status === 'ok';
}

/** https://sqlite.org/lang_expr.html#literal_values_constants_ */
function isNumberWithSeparators(token: Token): boolean {
  return (
    token.text.includes('_') &&
    /^(?:0x[\da-f]+(?:_[\da-f]+)*|(?:\d+(?:_\d+)*\.?|(?:\d+(?:_\d+)*)?\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?)$/i.test(
      token.text,
    )
  );
}

function plainNumber(text: string): string {
  const [prefix, digits] = /^0x/i.test(text) ? [text.slice(0, 2), text.slice(2)] : ['', text];
  return prefix + digits.replaceAll('_', '').padStart(digits.length, '0');
}

/**
 * The start of a range of 128 private-use characters that the SQL does not contain: names may contain them, and they have no
 * meaning.
 */
function unusedBase(sql: string): number {
  for (let base = 0xe000; base < 0xf800; base += 0x80) {
    if (sql.search(privateCharacters(base)) === -1) return base;
  }
  return 0xf800;
}

function privateCharacters(base: number): RegExp {
  return new RegExp(`[${String.fromCharCode(base)}-${String.fromCharCode(base + 0x7f)}]`, 'g');
}

function disguised(word: string, base: number): string {
  return word.replace(/./g, (letter) => String.fromCharCode(base + letter.charCodeAt(0)));
}

/** Restores the original names in all strings of a parser result. */
function restore(value: unknown, base: number): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner !== 'string') restore(inner, base);
    else {
      const name = inner.replace(privateCharacters(base), (letter) => String.fromCharCode(letter.charCodeAt(0) - base));
      if (name !== inner) Reflect.set(value, key, name);
    }
  }
}
