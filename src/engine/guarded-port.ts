/**
 * The only way a revision reaches the database: one statement at a time, each checked before it runs (is it allowed in
 * a revision?) and after (is our transaction still open?). SQLite can end a transaction in the middle of a script,
 * through `INSERT OR ROLLBACK`, RAISE(ROLLBACK) or SQLITE_FULL, and then runs the next statement in autocommit.
 */
import type Database from 'better-sqlite3';
import { DrydockError, messageOf } from '../errors.ts';
import type { OperationNote, RowCondition, SqlPort } from '../operations/sql-port.ts';
import { inModule } from '../revisions/sql/refused-statements.ts';
import { firstKeyword } from '../revisions/sql/sql-tokens.ts';
import { statementProblem } from '../revisions/sql/statements.ts';
import { withDuplicates } from './duplicate-keys.ts';
import { prepared } from './prepared.ts';
import { openScratch } from './scratch.ts';
import type { StatementOrigin } from './shadow-result.ts';

/** A statement that has been checked and compiled. */
interface Ready {
  readonly statement: Database.Statement;
  /** Its text, with single quotes around text. */
  readonly written: string;
  readonly keyword: string;
  readonly onlyReads: boolean;
}

const rowVerbs = new Set(['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'WITH', 'SELECT', 'VALUES']);
const mostReady = 64;
const rowsAtOnce = 1_000;

export type PortMode = 'transaction' | 'autocommit';

export interface GuardedPort extends SqlPort {
  /** Whether one of them may have changed a setting of the connection or created a temporary object. */
  readonly leavesTraces: () => boolean;
  /** Refuses all further statements: what a revision left running must not write after the checks or the commit. */
  readonly close: () => void;
}

/** Observes what goes through a port. */
export interface PortListener {
  /** A statement is about to run. If this throws, it does not run. */
  readonly before?: ((sql: string) => void) | undefined;
  /** A statement does not compile. */
  readonly uncompiled?: (error: unknown) => void;
  /** A statement that may write compiles, and is about to run with these parameters. */
  readonly mayWrite?: ((sql: string, params: readonly unknown[]) => void) | undefined;
  /** A statement that changes something has run, whether or not it returns rows. */
  readonly ran?: (sql: string, params: readonly unknown[], origin: StatementOrigin) => void;
  /** The last `count` statements and conditions were undone: an operation failed, and its revision may go on. */
  readonly undone?: ((count: number) => void) | undefined;
  /** An operation of several statements begins, or has ended. */
  readonly betweenOperations?: (() => void) | undefined;
  /** Set if no rows are available, see `SqlPort.later`; statements that change rows are then only compiled. */
  readonly later?: (condition: RowCondition) => void;
  /** Set if the revision may see other rows than in a real run, see `SqlPort.readsRows`. */
  readonly readsRows?: () => void;
  /** A statement came after the revision had ended. The revision may catch what is thrown there. */
  readonly usedLate?: (error: DrydockError) => void;
  readonly note?: (note: OperationNote) => void;
  /** Set if an SQL revision goes on after a statement that fails. */
  readonly failed?: (error: DrydockError, line: number) => void;
  /** `done` of `total` rows. */
  readonly progress?: (task: string, done: number, total: number) => void;
}

/**
 * @param where The revision and its file, for messages.
 * @throws {DrydockError} REVISION_FAILED from each call whose statement is not allowed or ended the transaction, and from
 *   every later call: a revision that catches the error must not go on in autocommit.
 */
export function guardedPort(
  connection: Database.Database,
  mode: PortMode,
  where: string,
  listener: PortListener = {},
): GuardedPort {
  let leavesTraces = false;
  /** Counts statements and conditions, since a failed operation undoes both. */
  let told = 0;
  let closed = false;
  let operations = 0;
  let iterations = 0;
  const { later, readsRows } = listener;
  const requireOpen = (sql: string) => {
    if (closed) {
      const late = refusal(
        `${where} had already returned when it ran: ${excerpt(sql)}`,
        'Await everything that the revision starts, and run again',
      );
      listener.usedLate?.(late);
      throw late;
    }
    requireTransaction(connection, mode, () => `before this: ${excerpt(sql)}`);
  };
  /** Statements about rows, by text: a revision may run one a million times. */
  const ready = new Map<string, Ready>();
  const compile = (sql: string): Ready => {
    const known = ready.get(sql);
    if (known !== undefined) return known;
    try {
      const { statement, written } = prepared(connection, sql);
      const keyword = firstKeyword(sql);
      const compiled = { statement, written, keyword, onlyReads: onlyReads(keyword, statement) };
      // Anything else may change the schema, by which text in double quotes is told from names.
      if (!rowVerbs.has(keyword)) ready.clear();
      else if (ready.size >= mostReady) ready.delete(String(ready.keys().next().value));
      if (rowVerbs.has(keyword)) ready.set(sql, compiled);
      return compiled;
    } catch (error) {
      listener.uncompiled?.(error);
      throw error;
    }
  };
  const guarded = <T>(sql: string, params: readonly unknown[], use: (ready: Ready) => T): T => {
    if (!ready.has(sql)) refuse(sql, mode);
    // Before it runs too: in autocommit it would be committed before the check that follows.
    requireOpen(sql);
    listener.before?.(sql);
    leavesTraces ||= /pragma|temp/i.test(sql);
    let written = sql;
    try {
      const compiled = compile(sql);
      written = compiled.written;
      if (!compiled.onlyReads) listener.mayWrite?.(written, params);
      return use(compiled);
    } catch (error) {
      requireTransaction(connection, mode, () => `by this: ${excerpt(sql)} (${messageOf(error)})`, error);
      throw withDuplicates(connection, written, params, error);
    } finally {
      requireTransaction(connection, mode, () => `by this: ${excerpt(sql)}`);
    }
  };
  const tell = (sql: string, params: readonly unknown[]) => {
    told += 1;
    listener.ran?.(sql, params, operations > 0 ? 'operation' : 'revision');
  };
  return {
    leavesTraces: () => leavesTraces,
    close: () => {
      closed = true;
    },
    all: (sql, ...params) => {
      const { rows, changes, written } = guarded(sql, params, ({ statement, written, keyword }) => ({
        rows: (statement.safeIntegers().all(...params) as Record<string, unknown>[]).map(withNumbers),
        // For an EXPLAIN, `readonly` is about the statement that it explains.
        changes: !statement.readonly && keyword !== 'EXPLAIN',
        written,
      }));
      if (changes) tell(written, params);
      return rows;
    },
    *iterate(sql, ...params) {
      // Kept apart, since the revision may change what it reads, and memory must not grow with the rows.
      leavesTraces = true;
      iterations += 1;
      const table = `temp.drydock_rows_${iterations}`;
      const columns = guarded(sql, params, ({ statement, written, onlyReads: reads }) => {
        if (!reads || !statement.reader) throw refusal(`op.iterate takes one SELECT, and got: ${excerpt(sql)}`);
        const names = statement.columns().map(({ name }) => name);
        connection.exec(`CREATE TABLE ${table} (${names.map((_, index) => `c${index}`).join(', ')})`);
        connection.prepare(`INSERT INTO ${table} ${written}`).run(...params);
        return names;
      });
      const next = connection.prepare(`SELECT rowid, * FROM ${table} WHERE rowid > ? LIMIT ${rowsAtOnce}`).raw();
      try {
        for (let last: unknown = 0; ; ) {
          requireOpen(sql);
          const rows = next.safeIntegers().all(last) as unknown[][];
          for (const [, ...values] of rows) {
            yield withNumbers(Object.fromEntries(columns.map((column, index) => [column, values[index]])));
          }
          if (rows.length < rowsAtOnce) break;
          last = rows.at(-1)?.[0];
        }
      } finally {
        if (!closed) connection.exec(`DROP TABLE IF EXISTS ${table}`);
      }
    },
    run: (sql, ...params) => {
      const { changes, written } = guarded(sql, params, ({ statement, written, keyword }) => {
        if (later !== undefined && changesRows(keyword)) return { changes: 0, written };
        // A pragma without columns may still return a row for each step of its work (incremental_vacuum: each page), and
        // the driver takes only the first step.
        if (!statement.reader && keyword === 'PRAGMA') {
          connection.exec(sql);
          return { changes: 0, written };
        }
        if (!statement.reader) return { changes: statement.run(...params).changes, written };
        for (const _row of statement.iterate(...params));
        return { changes: 0, written };
      });
      tell(written, params);
      return { changes };
    },
    ...(later !== undefined && {
      later: (condition: RowCondition) => {
        told += 1;
        later(condition);
      },
    }),
    scratch: openScratch,
    ...(readsRows !== undefined && { readsRows }),
    note: (note) => listener.note?.(note),
    progress: (task, done, total) => listener.progress?.(task, done, total),
    atomically: (work) => {
      // Outside a transaction a SAVEPOINT begins one, and its RELEASE commits.
      requireOpen('SAVEPOINT');
      if (operations === 0) listener.betweenOperations?.();
      connection.exec('SAVEPOINT drydock_operation');
      operations += 1;
      const before = told;
      try {
        const result = work();
        connection.exec('RELEASE drydock_operation');
        if (operations === 1) listener.betweenOperations?.();
        return result;
      } catch (error) {
        // The savepoint no longer exists if SQLite ended the whole transaction.
        if (connection.inTransaction) connection.exec('ROLLBACK TO drydock_operation; RELEASE drydock_operation');
        ready.clear();
        listener.undone?.(told - before);
        told = before;
        throw error;
      } finally {
        operations -= 1;
      }
    },
  };
}

/** An integer stays a bigint only if a number would round it. */
function withNumbers(row: Record<string, unknown>): Record<string, unknown> {
  for (const [column, value] of Object.entries(row)) {
    if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) row[column] = Number(value);
  }
  return row;
}

/** `readonly` alone does not tell: it is true for a pragma that runs other statements, such as `PRAGMA optimize`. */
function onlyReads(keyword: string, { readonly }: Database.Statement): boolean {
  return keyword === 'EXPLAIN' || (readonly && ['SELECT', 'VALUES', 'WITH'].includes(keyword));
}

/** Statements that are not run when no rows are available: their effect on the few that exist means nothing. */
function changesRows(keyword: string): boolean {
  return ['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'WITH'].includes(keyword);
}

function refuse(sql: string, mode: PortMode): void {
  const problem = sql.includes('\0') ? 'a NUL byte, at which SQLite would stop reading' : statementProblem(sql, mode);
  // A statement of an SQL revision was refused when its file was read.
  if (problem !== undefined) throw refusal(inModule(problem));
}

function requireTransaction(connection: Database.Database, mode: PortMode, ended: () => string, cause?: unknown): void {
  if (mode !== 'transaction' || connection.inTransaction) return;
  throw refusal(
    `Drydock's transaction was ended ${ended()}`,
    'Remove what rolls back (OR ROLLBACK, RAISE(ROLLBACK)), or free disk space if the disk was full, and run again',
    cause,
  );
}

/** Says what a revision did wrong; the caller adds which revision and where. */
function refusal(what: string, next?: string, cause?: unknown): DrydockError {
  return new DrydockError('REVISION_FAILED', { what, next, cause });
}

/** The beginning of a statement on one line, for an error message. */
export function excerpt(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
