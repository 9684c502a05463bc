/**
 * The only way a revision reaches the database: one statement at a time, each looked at before it runs (may it stand in
 * a revision?) and after (is our transaction still there?). SQLite can end a transaction in the middle of a script,
 * through `INSERT OR ROLLBACK`, RAISE(ROLLBACK) or SQLITE_FULL, and then runs the next statement in autocommit.
 */
import type Database from 'better-sqlite3';
import { DrydockError } from '../errors.ts';
import type { SqlPort } from '../operations/sql-port.ts';
import { statementProblem } from '../revisions/statements.ts';

export type PortMode = 'transaction' | 'autocommit';

export interface GuardedPort extends SqlPort {
  /** How many statements have been run through it. */
  readonly statements: () => number;
}

/**
 * @param where Named in errors: the revision and the file it stands in.
 * @throws {DrydockError} REVISION_FAILED from each call whose statement must not run, or ended the transaction.
 */
export function guardedPort(connection: Database.Database, mode: PortMode, where: string): GuardedPort {
  let statements = 0;
  const guarded = <T>(sql: string, use: (statement: Database.Statement) => T): T => {
    refuse(sql, mode, where);
    statements += 1;
    try {
      return use(connection.prepare(sql));
    } finally {
      // Also after an error: a revision that catches it must not go on in autocommit.
      requireTransaction(connection, mode, where, sql);
    }
  };
  return {
    statements: () => statements,
    all: (sql, ...params) => guarded(sql, (statement) => statement.all(...params) as Record<string, unknown>[]),
    run: (sql, ...params) =>
      guarded(sql, (statement) => {
        if (!statement.reader) return { changes: statement.run(...params).changes };
        for (const _row of statement.iterate(...params));
        return { changes: 0 };
      }),
    atomically: (work) => {
      connection.exec('SAVEPOINT drydock_operation');
      try {
        const result = work();
        connection.exec('RELEASE drydock_operation');
        return result;
      } catch (error) {
        // Gone already where SQLite ended the whole transaction.
        if (connection.inTransaction) connection.exec('ROLLBACK TO drydock_operation; RELEASE drydock_operation');
        throw error;
      }
    },
  };
}

function refuse(sql: string, mode: PortMode, where: string): void {
  const problem = sql.includes('\0') ? 'a NUL byte, at which SQLite would stop reading' : statementProblem(sql, mode);
  if (problem !== undefined) throw new DrydockError('REVISION_FAILED', { what: `${where}: ${problem}` });
}

function requireTransaction(connection: Database.Database, mode: PortMode, where: string, sql: string): void {
  if (mode === 'transaction' && !connection.inTransaction) {
    throw new DrydockError('REVISION_FAILED', {
      what: `${where} ended Drydock's transaction with: ${excerpt(sql)}`,
      next: 'Take out what rolls back (OR ROLLBACK, RAISE(ROLLBACK)), or free disk space if it was full, and run again',
    });
  }
}

/** The first words of a statement, on one line, for an error. */
export function excerpt(sql: string): string {
  const line = sql.replace(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
