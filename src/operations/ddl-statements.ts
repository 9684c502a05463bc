import { DrydockError } from '../errors.ts';
import { plural } from '../format.ts';
import type { Statement } from '../revisions/revision.ts';
import { firstKeyword } from '../revisions/sql/sql-tokens.ts';
import { splitStatements } from '../revisions/sql/statements.ts';
import { CannotDowngrade } from './cannot-downgrade.ts';
import { runOverQuotedText } from './over-quoted-text.ts';
import type { Row, SqlPort } from './sql-port.ts';
import { bindableParams } from './values.ts';

/** SQL as the author writes it. Parameters are the values for `?`, or one object with the values for `:name`. */
export interface StatementOperations {
  /**
   * Runs one statement with its parameters, or several without.
   * @example
   * op.execute('UPDATE people SET email = lower(email)');
   * op.execute('DELETE FROM orders WHERE placed < ?', '2020-01-01');
   * op.execute('UPDATE people SET email = :to WHERE email = :from', { from: 'ada@old.org', to: 'ada@new.org' });
   */
  execute(sql: string, ...params: unknown[]): void;

  /**
   * The rows of one SELECT. The row type is the caller's claim: nothing checks it.
   * @example
   * for (const { id, email } of op.select<{ id: number; email: string }>('SELECT id, email FROM people')) {
   *   op.execute('UPDATE people SET email = ? WHERE id = ?', email.trim(), id);
   * }
   */
  select<T extends object = Row>(sql: string, ...params: unknown[]): T[];

  /**
   * The first row, or undefined if there is none.
   * @example
   * const team = op.selectOne<{ id: number }>('SELECT id FROM teams WHERE name = ?', 'Red');
   * if (team !== undefined) op.execute('UPDATE people SET team_id = ?', team.id);
   */
  selectOne<T extends object = Row>(sql: string, ...params: unknown[]): T | undefined;

  /**
   * The first column of every row.
   * @example
   * for (const city of op.selectColumn<string>('SELECT DISTINCT city FROM people')) {
   *   op.execute('INSERT INTO teams (name) VALUES (?)', `Team ${city}`);
   * }
   */
  selectColumn<T = unknown>(sql: string, ...params: unknown[]): T[];

  /**
   * The first column of the first row, such as a count; undefined if there is no row.
   * @example
   * if (op.selectValue('SELECT count(*) FROM teams') === 0) op.bulkInsert('teams', [{ name: 'Red' }]);
   */
  selectValue<T = unknown>(sql: string, ...params: unknown[]): T | undefined;

  /**
   * The rows of one SELECT, one at a time, for more of them than memory has room for. They are those at the time of the call,
   * whatever the revision writes meanwhile; SQLite keeps them in a temporary file.
   * @example
   * for (const { id, name } of op.iterate<{ id: number; name: string }>('SELECT id, name FROM people')) {
   *   op.execute('UPDATE people SET name = ? WHERE id = ?', name.trim(), id);
   * }
   */
  iterate<T extends object = Row>(sql: string, ...params: unknown[]): Iterable<T>;

  /**
   * Declares that there is no way down, and why.
   * @throws {CannotDowngrade} Always.
   * @example
   * op.cannotDowngrade('the upgrade deleted the addresses');
   */
  cannotDowngrade(reason: string): never;
}

export function statementOperations(port: SqlPort): StatementOperations {
  const asked = (sql: string, params: readonly unknown[]) => {
    const values = bindableParams(params);
    if (port.later !== undefined || port.readsRows !== undefined) {
      const use = askedOfRows(port, sql, values);
      if (use !== undefined && port.later !== undefined) throw noRows(use);
      if (use !== undefined) port.readsRows?.();
    }
    return values;
  };
  const rows = (sql: string, params: readonly unknown[]) => port.all(sql, ...asked(sql, params));
  /** The statements of a text that was run before. */
  let last: { readonly sql: string; readonly statements: readonly Statement[] } | undefined;
  const statementsOf = (sql: string) => {
    if (last?.sql !== sql) last = { sql, statements: splitStatements(sql) };
    return last.statements;
  };
  const column = (sql: string, params: readonly unknown[]) => rows(sql, params).map((row) => Object.values(row)[0]);
  return {
    execute(sql, ...params) {
      const statements = statementsOf(sql);
      if (params.length > 0 && statements.length !== 1) {
        throw new DrydockError('REVISION_FAILED', {
          what: `op.execute got parameters for ${plural(statements.length, 'statement')}, but only one may have them`,
          next: 'Call op.execute once for each statement',
        });
      }
      for (const statement of statements) runOverQuotedText(port, statement.sql, ...bindableParams(params));
    },

    select<T extends object>(sql: string, ...params: unknown[]) {
      return rows(sql, params) as T[];
    },

    selectOne<T extends object>(sql: string, ...params: unknown[]) {
      return rows(sql, params)[0] as T | undefined;
    },

    selectColumn<T>(sql: string, ...params: unknown[]) {
      return column(sql, params) as T[];
    },

    selectValue<T>(sql: string, ...params: unknown[]) {
      return column(sql, params)[0] as T | undefined;
    },

    iterate<T extends object>(sql: string, ...params: unknown[]) {
      return port.iterate(sql, ...asked(sql, params)) as Iterable<T>;
    },

    cannotDowngrade(reason) {
      throw new CannotDowngrade(reason);
    },
  };
}

/**
 * What a query does with rows, as a verb phrase (`reads rows`); undefined if nothing. A program that reads or writes rows
 * opens a table other than sqlite_schema, whose root page is 1. https://sqlite.org/opcode.html
 */
function askedOfRows(port: SqlPort, sql: string, values: readonly unknown[]): string | undefined {
  if (firstKeyword(sql) === 'EXPLAIN') return undefined;
  const program = port.all(`EXPLAIN ${sql}`, ...values);
  const has = (is: (step: Row) => boolean) => program.some(is);
  if (has(({ opcode, p2 }) => opcode === 'VUpdate' || (opcode === 'OpenWrite' && p2 !== 1))) return 'changes rows';
  if (has(({ opcode, p2 }) => opcode === 'OpenRead' && p2 !== 1)) return 'reads rows';
  if (has(({ opcode }) => opcode === 'VOpen') && !/\bpragma_\w/i.test(sql)) return 'reads rows';
  const ofLastChange = /^(?:changes|total_changes|last_insert_rowid)\(/;
  if (has(({ opcode, p4 }) => opcode === 'Function' && ofLastChange.test(String(p4))))
    return 'asks what happened to rows';
  return undefined;
}

function noRows(asked: string): DrydockError {
  return new DrydockError('REVISION_FAILED', {
    what: `op.select ${asked}, but there are none while a script is written`,
    next: 'Run it online, without --sql; or write what it does as SQL that finds the rows itself, such as UPDATE … FROM',
  });
}
