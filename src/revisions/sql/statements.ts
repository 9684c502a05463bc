import { fileError } from '../files/file-error.ts';
import type { Statement } from '../revision.ts';
import { journalInMemory, pragmaProblems, type RunMode, verbProblems } from './refused-statements.ts';
import { isBlank, keywordOf, type SqlToken, sqlTokens } from './sql-tokens.ts';

type Symbol = 'semi' | 'blank' | 'other' | 'explain' | 'create' | 'temp' | 'trigger' | 'end';
type State = 'start' | 'normal' | 'explain' | 'create' | 'trigger' | 'triggerSemi' | 'triggerEnd';

// The state table of sqlite3_complete(), https://sqlite.org/c3ref/complete.html. A trigger ends only at `; END ;`, so
// neither the semicolons in its body nor the END of a CASE end it.
const transitions: Readonly<Record<State, Readonly<Partial<Record<Symbol, State>> & { other: State }>>> = {
  start: { semi: 'start', blank: 'start', other: 'normal', explain: 'explain', create: 'create' },
  normal: { semi: 'start', other: 'normal' },
  explain: {
    semi: 'start',
    blank: 'explain',
    other: 'explain',
    explain: 'normal',
    create: 'create',
    temp: 'normal',
    trigger: 'normal',
    end: 'normal',
  },
  create: { semi: 'start', blank: 'create', other: 'normal', temp: 'create', trigger: 'trigger' },
  trigger: { semi: 'triggerSemi', other: 'trigger' },
  triggerSemi: { semi: 'triggerSemi', blank: 'triggerSemi', other: 'trigger', end: 'triggerEnd' },
  triggerEnd: { semi: 'start', blank: 'triggerEnd', other: 'trigger' },
};

const symbols: Readonly<Record<string, Symbol>> = {
  EXPLAIN: 'explain',
  CREATE: 'create',
  TEMP: 'temp',
  TEMPORARY: 'temp',
  TRIGGER: 'trigger',
  END: 'end',
};

/**
 * Splits a script into statements as the sqlite3 shell does, so that trigger bodies stay whole.
 * @param firstLine The line of `file` on which the script begins.
 * @param file Names the script in errors.
 * @returns The text of each statement, without leading whitespace and comments and without its `;`. Pieces that contain only
 *   whitespace and comments are left out.
 * @throws {DrydockError} USAGE for a NUL byte, or for an unterminated string, quoted name, comment or trigger.
 */
export function splitStatements(sql: string, firstLine = 1, file = 'SQL'): Statement[] {
  const statements: Statement[] = [];
  let state: State = 'start';
  let first: SqlToken | undefined;
  let end = 0;
  for (const token of sqlTokens(sql, firstLine, file)) {
    const from: State = state;
    state = transitions[from][symbolOf(token)] ?? transitions[from].other;
    if (token.kind === 'semicolon' && state === 'start') {
      if (first !== undefined) statements.push({ sql: sql.slice(first.start, token.start), line: first.line });
      first = undefined;
    } else if (!isBlank(token)) {
      first ??= token;
      end = token.start + token.text.length;
    }
  }
  if (first === undefined) return statements;
  if (state === 'trigger' || state === 'triggerSemi') {
    throw fileError(file, first.line, 'the trigger that starts here is never closed: its body must end in `; END`');
  }
  return [...statements, { sql: sql.slice(first.start, end), line: first.line }];
}

/**
 * The first words of a statement, which classify it.
 * @returns Up to four, in upper case; fewer if something other than a word comes first.
 */
export function leadingKeywords(sql: string): string[] {
  const words: string[] = [];
  for (const token of significantTokens(sql)) {
    if (token.kind !== 'word') break;
    words.push(keywordOf(token));
    if (words.length === 4) break;
  }
  return words;
}

/**
 * Why a revision may not contain a statement.
 * @param sql One statement, as `splitStatements` returns it.
 * @param mode Whether it runs inside Drydock's transaction or, with `transaction: false`, outside one.
 * @returns What to do instead, as a sentence without a full stop; undefined if the statement is allowed.
 */
export function statementProblem(sql: string, mode: RunMode): string | undefined {
  const { verb, pragma, value } = classify(sql);
  if (pragma === undefined) return verbProblems[mode].get(verb);
  if (pragma === 'journal_mode' && mode === 'autocommit' && leavesNoJournal(value)) return journalInMemory;
  return pragmaProblems[mode].get(pragma);
}

/** SQLite accepts any prefix of a mode's name. */
function leavesNoJournal(journalMode = ''): boolean {
  return journalMode !== '' && ['memory', 'off'].some((name) => name.startsWith(journalMode));
}

const contentPreservingVerbs = new Set(['ANALYZE', 'REINDEX', 'VACUUM']);
const contentPreservingPragmas = new Set([
  'auto_vacuum',
  'incremental_vacuum',
  'journal_mode',
  'optimize',
  'page_size',
  'wal_checkpoint',
]);

/**
 * Whether a statement leaves the rows and the schema of all user tables as they are, even if it fails: it may change only
 * the layout of the file, the contents of indexes and the planner's statistics (sqlite_stat1).
 * @param sql One statement, as `splitStatements` returns it.
 */
export function isContentPreserving(sql: string): boolean {
  const { verb, pragma, words } = classify(sql);
  if (pragma !== undefined) return contentPreservingPragmas.has(pragma);
  return contentPreservingVerbs.has(verb) && !(verb === 'VACUUM' && words.includes('INTO'));
}

/** The pragma that a statement runs, and what it sets it to, both in lower case; undefined for any other statement. */
export function pragmaOf(sql: string): { readonly name: string; readonly value: string | undefined } | undefined {
  const { pragma, value } = classify(sql);
  return pragma === undefined ? undefined : { name: pragma, value };
}

interface StatementClass {
  readonly verb: string;
  /** The name of the pragma that it reads or sets, in lower case. */
  readonly pragma: string | undefined;
  /** What it sets the pragma to, in lower case. */
  readonly value: string | undefined;
  /** The unquoted words among the first tokens, in upper case. */
  readonly words: readonly string[];
}

// `EXPLAIN QUERY PLAN PRAGMA schema . name = value`
const tokensThatClassify = 9;

function classify(sql: string): StatementClass {
  const head: SqlToken[] = [];
  for (const token of significantTokens(sql)) {
    head.push(token);
    if (head.length === tokensThatClassify) break;
  }
  const words = head.map(keywordOf);
  // A pragma may take effect while it is compiled, and so despite an EXPLAIN: https://sqlite.org/pragma.html
  const at = words[0] !== 'EXPLAIN' ? 0 : words[1] === 'QUERY' && words[2] === 'PLAN' ? 3 : 1;
  const verb = words[at] ?? '';
  if (verb !== 'PRAGMA') return { verb, words, pragma: undefined, value: undefined };
  const name = head[at + 2]?.text === '.' ? at + 3 : at + 1;
  const value = head[name + 2];
  return { verb, words, pragma: unquoted(head[name]), value: value && unquoted(value) };
}

/** SQLite accepts a pragma's name in any kind of quotes. */
function unquoted(name: SqlToken | undefined): string {
  const text = name?.text ?? '';
  return (name?.kind === 'quoted' ? text.slice(1, -1) : text).toLowerCase();
}

/** Without whitespace, and without semicolons before the statement, which SQLite skips. */
function* significantTokens(sql: string): Generator<SqlToken, void, undefined> {
  let begun = false;
  for (const token of sqlTokens(sql)) {
    if (isBlank(token) || (!begun && token.kind === 'semicolon')) continue;
    begun = true;
    yield token;
  }
}

function symbolOf(token: SqlToken): Symbol {
  if (token.kind === 'semicolon') return 'semi';
  return isBlank(token) ? 'blank' : (symbols[keywordOf(token)] ?? 'other');
}
