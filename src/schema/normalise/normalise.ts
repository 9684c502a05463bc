/** SQL text as a list of tokens in canonical spelling, so that layout, quoting and the case of keywords do not matter. */
import { type Token, tokenName } from 'sqlite3-parser';
import { foldName, includesName, rowidNames } from '../names.ts';
import type { Expression } from '../normalised.ts';
import { parseStmt, tokenize } from '../parse.ts';

export interface Spelling {
  /** `exact` keeps the case of names: whoever selects from a view sees the names of its columns. */
  readonly names: 'folded' | 'exact';
  /**
   * The columns that an expression can refer to. If given, a name in double quotes that is not one of them counts as a
   * string, as SQLite treats it in stored SQL. https://sqlite.org/quirks.html#dblquote
   */
  readonly columns?: readonly string[] | undefined;
}

/** A piece of SQL as an expression. */
export function expressionOf(sql: string, spelling: Spelling): Expression {
  return { sql: sql.trim(), tokens: withoutOuterParentheses(canonicalTokens(sql, spelling)) };
}

export function sameExpression(one: Expression | undefined, other: Expression | undefined): boolean {
  return keyOf(one) === keyOf(other);
}

/** A string that is the same for two expressions exactly if they compare as equal. */
export function keyOf(expression: Expression | undefined): string {
  return JSON.stringify(expression?.tokens);
}

/** A name as it appears among canonical tokens. */
export function canonicalName(name: string): string {
  return nameToken(name, 'folded');
}

/** The tokens of SQL in canonical spelling. */
export function canonicalTokens(sql: string, spelling: Spelling): string[] {
  const tokens = [...tokenize(sql)];
  return tokens.map((token, index) => canonicalToken(token, tokens[index - 1], tokens[index + 1], spelling));
}

/** A name without SQLite's quotes, if it has any. https://sqlite.org/lang_keywords.html */
export function unquoted(text: string): string {
  const [open, inner] = [text.charAt(0), text.slice(1, -1)];
  if (open === '[') return inner;
  return /["`']/.test(open) ? inner.replaceAll(open + open, open) : text;
}

/** Index of the parenthesis that closes the one at `open`; -1 if none does. */
export function closingParenthesis(tokens: readonly string[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    if (tokens[at] === '(') depth += 1;
    if (tokens[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

function canonicalToken(token: Token, before: Token | undefined, after: Token | undefined, spelling: Spelling): string {
  const { text } = token;
  switch (tokenName(token.type)) {
    case 'STRING':
      return text;
    case 'NE':
      return '<>';
    case 'EQ':
      return '=';
    case 'ID': {
      const name = unquoted(text);
      if (name === text) return spelling.names === 'exact' ? text : foldName(text);
      return isString(token, before, after, spelling)
        ? `'${name.replaceAll("'", "''")}'`
        : nameToken(name, spelling.names);
    }
    case 'INTEGER':
    case 'FLOAT':
      return foldName(text.replaceAll('_', ''));
    default:
      // Keywords, and the digits of X'0f', 0xff and 1e5, whose case has no meaning.
      return foldName(text);
  }
}

/** Whether a name in double quotes is really a string: it is not a column, and its position allows more than a name. */
function isString(token: Token, before: Token | undefined, after: Token | undefined, { columns }: Spelling): boolean {
  if (columns === undefined || !token.text.startsWith('"')) return false;
  const names = [...columns, ...rowidNames];
  const onlyAName = after?.text === '(' || after?.text === '.' || before?.text.toLowerCase() === 'collate';
  return !onlyAName && !includesName(names, unquoted(token.text));
}

function nameToken(name: string, names: Spelling['names']): string {
  if (!readsAsName(name)) return `"${names === 'exact' ? name : foldName(name)}"`;
  // A keyword that may be used unquoted is always folded, since unquoted it looks like any keyword.
  const isPlain = [...tokenize(name)].every((token) => tokenName(token.type) === 'ID');
  return names === 'exact' && isPlain ? name : foldName(name);
}

const read = new Map<string, boolean>();

/** Whether a bare word is read as a column name: `key` is; `null`, `select`, `true` and `current_date` are not. */
function readsAsName(name: string): boolean {
  const known = read.get(name);
  if (known !== undefined) return known;
  const reads = isWord(name) && !/^(?:true|false)$/i.test(name) && selectsColumn(name);
  read.set(name, reads);
  return reads;
}

function isWord(name: string): boolean {
  const tokens = [...tokenize(name)];
  return tokens.length === 1 && tokens[0]?.text === name && /^[^"'`[\d]/.test(name);
}

function selectsColumn(name: string): boolean {
  const parsed = parseStmt(`SELECT ${name}`);
  if (parsed.status === 'error' || parsed.root.type !== 'SelectStmt') return false;
  const { select } = parsed.root.body;
  const column = select.type === 'SelectFrom' ? select.columns[0] : undefined;
  return column?.type === 'ExprResultColumn' && column.expr.type === 'Id';
}

function withoutOuterParentheses(tokens: readonly string[]): readonly string[] {
  let inner = tokens;
  while (inner[0] === '(' && closingParenthesis(inner, 0) === inner.length - 1) inner = inner.slice(1, -1);
  return inner;
}
