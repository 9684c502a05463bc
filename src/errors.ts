import { describeUnknown, nameOfUnknown } from './system-errors.ts';

/**
 * Every way in which a Drydock command can fail: the name used in code, logs, docs and `--json`, and the exit code of the
 * process. 0, success, is not an error.
 */
export const exitCodes = {
  FAULT: 1,
  USAGE: 2,
  PENDING: 3,
  HISTORY: 4,
  LOCKED: 10,
  BUSY: 11,
  PREFLIGHT: 12,
  DAMAGED_BEFORE: 13,
  REVISION_FAILED: 20,
  CHECK_FAILED: 21,
  RESTORED: 22,
  STOPPED: 23,
  NOT_RESTORED: 24,
  RESTORE_FAILED: 30,
} as const;

export type ErrorCode = keyof typeof exitCodes;

/** What callers treat separately within one code. */
export type ErrorReason =
  /** A revision creates something that the database has already. */
  | 'already exists'
  /** A downgrade that refuses, since what it would bring back is gone. */
  | 'cannot downgrade';

/** The three things a tired person needs, separate, so that every renderer can arrange them. */
export interface ErrorDetail {
  /** What happened, and where (a file and line, a path, a revision). No full stop at the end. */
  readonly what: string;
  /** What state the data is in now. Left out only if no database was touched or read. */
  readonly state?: string | undefined;
  /** What to do next: a command, or an edit. */
  readonly next?: string | undefined;
  readonly reason?: ErrorReason | undefined;
  /** What is wrong in files, `file:line: problem` each, if `what` lists several. */
  readonly places?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/**
 * An operational failure: something outside Drydock's own logic went wrong; says what, and what to do.
 * @example
 * try {
 *   await upgrade(config);
 * } catch (error) {
 *   if (!(error instanceof DrydockError)) throw error;
 *   console.error(error.code, error.what, error.state, error.next);
 * }
 */
export class DrydockError extends Error {
  override readonly name = 'DrydockError';
  readonly code: ErrorCode;
  readonly what: string;
  readonly state: string | undefined;
  readonly next: string | undefined;
  readonly reason: ErrorReason | undefined;
  readonly places: readonly string[] | undefined;

  constructor(code: ErrorCode, detail: ErrorDetail) {
    const parts = [detail.what, detail.state, detail.next].filter((part) => part !== undefined);
    const sentences = parts.map((part) => (part.endsWith('?') ? part : `${part}.`));
    super(oneLine(sentences.join(' ')), detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.what = detail.what;
    this.state = detail.state;
    this.next = detail.next;
    this.reason = detail.reason;
    this.places = detail.places;
  }

  get exitCode(): number {
    return exitCodes[this.code];
  }

  /** A copy with some parts replaced. */
  with(facts: Partial<ErrorDetail> & { readonly code?: ErrorCode }): DrydockError {
    const { code = this.code, what = this.what, state = this.state, next = this.next } = facts;
    const { reason = this.reason, places = this.places, cause = this.cause } = facts;
    return new DrydockError(code, { what, state, next, reason, places, cause });
  }
}

/**
 * Checks an invariant, in production too: a run in an unexpected state must stop before it writes.
 * @throws {Error} A plain one, since a broken invariant is a bug in Drydock and not a condition to handle.
 */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Drydock's own invariant is broken: ${message}`);
}

/** Marks a branch that is unreachable according to the types. */
export function unreachable(value: never): never {
  throw new Error(`Drydock's own invariant is broken: unexpected ${JSON.stringify(value)}`);
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return describeUnknown(thrown instanceof Error ? thrown.message : String(thrown));
}

/** The `code` that Node and SQLite put on their errors, such as `ENOSPC` or `SQLITE_BUSY_SNAPSHOT`. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? nameOfUnknown(thrown.code)
    : '';
}

/** True if SQLite reports a damaged database, or that the file is none. https://sqlite.org/rescode.html#corrupt */
export function isDamage(thrown: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(thrown)) && !isMisfit(messageOf(thrown));
}

/**
 * True if SQLite calls a schema malformed since a function of the application is not registered as the schema needs it. The
 * file is whole.
 */
export function isMisfit(message: string): boolean {
  return /^malformed database schema \(.*\) - (?:wrong number of arguments|non-deterministic|unsafe use|misuse) /s.test(
    message,
  );
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ');
}
