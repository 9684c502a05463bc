import { quoteName } from '../schema/quote.ts';
import type { Column } from './column.ts';
import { columnSql } from './column.ts';
import type { SqlPort } from './sql-port.ts';

/** Whole tables. */
export interface TableOperations {
  createTable(name: string, ...columns: readonly Column[]): void;

  /** Drops the table with its indexes and triggers. The check of row counts asks for an `expect` if it held rows. */
  dropTable(name: string): void;
}

export function tableOperations(port: SqlPort): TableOperations {
  return {
    createTable(name, ...columns) {
      const lines = columns.map((column) => `  ${columnSql(column)}`);
      port.run(`CREATE TABLE ${quoteName(name)} (\n${lines.join(',\n')}\n)`);
    },

    dropTable(name) {
      port.run(`DROP TABLE ${quoteName(name)}`);
    },
  };
}
