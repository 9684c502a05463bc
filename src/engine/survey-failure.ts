/** Tells what is to blame if a revision fails in memory: itself, or what the shadow database does not have. */
import { codeOf, DrydockError, messageOf } from '../errors.ts';
import { firstKeyword } from '../revisions/sql/sql-tokens.ts';
import type { SurveyedFailure } from './shadow-result.ts';

/** Names, in lower case, of what may be in a database and not in the shadow database, or the other way round. */
export type Doubts = 'all' | ReadonlySet<string>;

export const noDoubts: Doubts = new Set();

/** What is known when a step fails. */
export interface FailureScene {
  /** The line of the file, if known. */
  readonly line: number | undefined;
  /** The last statement that was to run, and what its compilation threw. */
  readonly sql: string;
  readonly uncompiled: unknown;
  readonly doubts: Doubts;
  /** Whether the step has read rows, and so may do something else if it finds others. */
  readonly readsRows: boolean;
  /** Whether rows that are there may have been deleted by then. */
  readonly deletes: boolean;
}

export function failureOf(error: DrydockError, scene: FailureScene): SurveyedFailure {
  const { cause } = error;
  const problem = cause === undefined ? error.what : cause instanceof DrydockError ? cause.what : messageOf(cause);
  return { why: error.what, problem, line: scene.line, blame: blameFor(cause, scene) };
}

/**
 * With what is in doubt after a text that did not do all that it does elsewhere: what it names, if it can change the schema.
 * @param text A statement that failed, or a module that read rows.
 */
export function doubtsAfter(text: string, doubts: Doubts): Doubts {
  if (doubts === 'all' || withoutSchema.has(firstKeyword(text))) return doubts;
  return new Set([...doubts, ...namesIn(text)]);
}

function blameFor(cause: unknown, { sql, uncompiled, doubts, readsRows, deletes }: FailureScene) {
  const root = rootOf(cause);
  const message = messageOf(root);
  const isSqlite = codeOf(root).startsWith('SQLITE_');
  if (readsRows || (isSqlite && codeOf(root) !== 'SQLITE_ERROR')) return 'rows';
  // Neither SQLite's, nor that of an operation or of a statement that a revision may not contain: the author's own.
  if (!isSqlite && !(root instanceof DrydockError)) return 'rows';
  if (isSqlite && isSyntaxError(message)) return 'revision';
  const ran = isSqlite && root !== uncompiled;
  if (ran && (deletes || !['ALTER', 'DROP'].includes(firstKeyword(sql)))) return 'rows';
  return mayBeThere(message, sql, doubts) ? 'schema' : 'revision';
}

/** SQLite has no code of its own for them. */
function isSyntaxError(message: string): boolean {
  return /: syntax error$|^incomplete input$|^unrecognized token: /.test(message);
}

/** Whether a database may have what the error is about. */
function mayBeThere(message: string, sql: string, doubts: Doubts): boolean {
  if (doubts === 'all' || /\bno such table: (?:main\.)?(?:sqlite_|alembic_version$|drydock_)/.test(message))
    return true;
  const [, missing, taken] =
    /\bno such [\w ]+: (.+)$|^(?:table|index|view|trigger) (.+) already exists$/.exec(message) ?? [];
  return namesIn(missing ?? taken ?? `${message} ${sql}`).some((name) => doubts.has(name));
}

const withoutSchema = new Set(['INSERT', 'REPLACE', 'UPDATE', 'DELETE', 'SELECT', 'WITH', 'VALUES', 'PRAGMA']);

const syntax = new Set(
  `add alter already and as autoincrement blob by check column columns constraint create default delete drop error exists
  foreign from has if in index insert int integer into key main named no not null numeric on or primary real references
  rename select set such table text to trigger unique update using values varchar view where with`.split(/\s+/),
);

function namesIn(text: string): string[] {
  const words = text.toLowerCase().match(/[\w$\u0080-\uFFFF]+/g) ?? [];
  return words.filter((word) => !syntax.has(word));
}

function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error;
}
