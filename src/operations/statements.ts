import { DrydockError } from '../errors.ts';
import { splitStatements } from '../revisions/statements.ts';
import type { Row, SqlPort } from './sql-port.ts';

/** SQL as the author writes it. */
export interface StatementOperations {
  /** Runs SQL: one statement with its parameters, or several without. */
  execute(sql: string, ...params: unknown[]): void;

  /** The rows of one SELECT. The type is the author's word: nothing checks it. */
  select<T extends object = Row>(sql: string, ...params: unknown[]): T[];
}

export function statementOperations(port: SqlPort): StatementOperations {
  return {
    execute(sql, ...params) {
      const statements = splitStatements(sql);
      if (params.length > 0 && statements.length !== 1) {
        throw new DrydockError('REVISION_FAILED', {
          what: `op.execute was given parameters for ${statements.length} statements, and they belong to one`,
          next: 'Call op.execute once for each statement',
        });
      }
      for (const statement of statements) port.run(statement.sql, ...params);
    },

    select<T extends object>(sql: string, ...params: unknown[]) {
      return port.all(sql, ...params) as T[];
    },
  };
}
