/**
 * The only way a revision reaches the database: one statement at a time, each looked at before it runs (may it stand in
 * a revision?) and after (is our transaction still there?). SQLite can end a transaction in the middle of a script,
 * through `INSERT OR ROLLBACK`, RAISE(ROLLBACK) or SQLITE_FULL, and then runs the next statement in autocommit.
 */
import type Database from 'better-sqlite3';
import { DrydockError, messageOf } from '../errors.ts';
import type { OperationNote, RowCondition, SqlPort } from '../operations/sql-port.ts';
import { firstKeyword } from '../revisions/sql/sql-tokens.ts';
import { statementProblem } from '../revisions/sql/statements.ts';
import type { StatementOrigin } from './shadow-result.ts';

export type PortMode = 'transaction' | 'autocommit';

export interface GuardedPort extends SqlPort {
  /** How many statements have been run through it. */
  readonly statements: () => number;
  /** Whether one of them may have set something in the connection, or made something temporary. */
  readonly leavesTraces: () => boolean;
  /** Lets nothing through any more: what a revision left running must not write behind the checks, or after the commit. */
  readonly close: () => void;
}

/** Is told what goes through a port. */
export interface PortListener {
  /** A statement is about to run; it does not where this throws. */
  readonly before?: ((sql: string) => void) | undefined;
  /** A statement was run that changes something, for its effect or for the rows that it returns. */
  readonly ran?: (sql: string, params: readonly unknown[], origin: StatementOrigin) => void;
  /** So many of the last things that were told are undone: an operation failed, and its revision may go on. */
  readonly undone?: (count: number) => void;
  /** Set where rows are not there to be looked at, see `SqlPort.later`; statements that change rows are only compiled. */
  readonly later?: (condition: RowCondition) => void;
  /** Set where the revision may find other rows than it would, see `SqlPort.readsRows`. */
  readonly readsRows?: () => void;
  readonly note?: (note: OperationNote) => void;
  /** `done` of `total` rows. */
  readonly progress?: (task: string, done: number, total: number) => void;
}

/**
 * @param where The revision and the file it stands in.
 * @throws {DrydockError} REVISION_FAILED from each call whose statement must not run, or ended the transaction, and from
 *   each call after such a one: a revision that catches the error must not go on in autocommit.
 */
export function guardedPort(
  connection: Database.Database,
  mode: PortMode,
  where: string,
  listener: PortListener = {},
): GuardedPort {
  let statements = 0;
  let leavesTraces = false;
  /** Statements and conditions, since a failed operation takes both back. */
  let told = 0;
  let closed = false;
  let operations = 0;
  const { later, readsRows } = listener;
  const requireOpen = (sql: string) => {
    if (closed)
      throw refusal(
        `${where} had returned already when it ran: ${excerpt(sql)}`,
        'Await what it starts, and run again',
      );
    requireTransaction(connection, mode, `before this: ${excerpt(sql)}`);
  };
  const guarded = <T>(sql: string, use: (statement: Database.Statement) => T): T => {
    refuse(sql, mode);
    // Before too, since a statement that is run in autocommit is committed before anybody looks.
    requireOpen(sql);
    listener.before?.(sql);
    statements += 1;
    leavesTraces ||= /pragma|temp/i.test(sql);
    try {
      return use(connection.prepare(sql));
    } catch (error) {
      requireTransaction(connection, mode, `by this: ${excerpt(sql)} (${messageOf(error)})`, error);
      throw error;
    } finally {
      requireTransaction(connection, mode, `by this: ${excerpt(sql)}`);
    }
  };
  const tell = (sql: string, params: readonly unknown[]) => {
    told += 1;
    listener.ran?.(sql, params, operations > 0 ? 'operation' : 'revision');
  };
  return {
    statements: () => statements,
    leavesTraces: () => leavesTraces,
    close: () => {
      closed = true;
    },
    all: (sql, ...params) => {
      const { rows, changes } = guarded(sql, (statement) => ({
        rows: statement.all(...params) as Record<string, unknown>[],
        changes: !statement.readonly,
      }));
      // Of an EXPLAIN SQLite says whether what it explains would change anything.
      if (changes && firstKeyword(sql) !== 'EXPLAIN') tell(sql, params);
      return rows;
    },
    run: (sql, ...params) => {
      const result = guarded(sql, (statement) => {
        if (later !== undefined && changesRows(sql)) return { changes: 0 };
        // A pragma without columns may still give a row for each step of its work, such as incremental_vacuum for each
        // page, and the driver takes the first step alone.
        if (!statement.reader && firstKeyword(sql) === 'PRAGMA') {
          connection.exec(sql);
          return { changes: 0 };
        }
        if (!statement.reader) return { changes: statement.run(...params).changes };
        for (const _row of statement.iterate(...params));
        return { changes: 0 };
      });
      tell(sql, params);
      return result;
    },
    ...(later !== undefined && {
      later: (condition: RowCondition) => {
        told += 1;
        later(condition);
      },
    }),
    ...(readsRows !== undefined && { readsRows }),
    note: (note) => listener.note?.(note),
    progress: (task, done, total) => listener.progress?.(task, done, total),
    atomically: (work) => {
      // Outside a transaction a SAVEPOINT begins one, and its RELEASE commits.
      requireOpen('SAVEPOINT');
      connection.exec('SAVEPOINT drydock_operation');
      operations += 1;
      const before = told;
      try {
        const result = work();
        connection.exec('RELEASE drydock_operation');
        return result;
      } catch (error) {
        // Gone already where SQLite ended the whole transaction.
        if (connection.inTransaction) connection.exec('ROLLBACK TO drydock_operation; RELEASE drydock_operation');
        listener.undone?.(told - before);
        told = before;
        throw error;
      } finally {
        operations -= 1;
      }
    },
  };
}

/** What is left undone where the rows are not there: what it makes of the few that are would say nothing. */
function changesRows(sql: string): boolean {
  return ['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'WITH'].includes(firstKeyword(sql));
}

function refuse(sql: string, mode: PortMode): void {
  const problem = sql.includes('\0') ? 'a NUL byte, at which SQLite would stop reading' : statementProblem(sql, mode);
  if (problem !== undefined) throw refusal(problem);
}

function requireTransaction(connection: Database.Database, mode: PortMode, ended: string, cause?: unknown): void {
  if (mode !== 'transaction' || connection.inTransaction) return;
  throw refusal(
    `Drydock's transaction was ended ${ended}`,
    'Take out what rolls back (OR ROLLBACK, RAISE(ROLLBACK)), or free disk space if it was full, and run again',
    cause,
  );
}

/** What a revision did wrong; whoever runs it adds which one it is and where. */
function refusal(what: string, next?: string, cause?: unknown): DrydockError {
  return new DrydockError('REVISION_FAILED', { what, next, cause });
}

/** The first words of a statement, on one line, for an error. */
export function excerpt(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
