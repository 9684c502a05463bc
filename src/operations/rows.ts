import { DrydockError } from '../errors.ts';
import { quoteName } from '../schema/quote.ts';
import type { SqlPort } from './sql-port.ts';
import type { SqlValue } from './values.ts';
import { bindable } from './values.ts';

/** A row to insert, by column name. */
export type NewRow = Readonly<Record<string, SqlValue>>;

export interface RowOperations {
  /**
   * Inserts rows, many with each statement.
   * @param rows All with the same columns.
   * @throws {DrydockError} Naming the row that differs.
   * @example
   * op.bulkInsert('teams', [{ name: 'Red' }, { name: 'Blue' }]);
   */
  bulkInsert(table: string, rows: readonly NewRow[]): void;
}

// Far below SQLITE_MAX_VARIABLE_NUMBER (32766), yet enough that the cost of a statement does not matter.
const valuesInOneInsert = 5000;

export function rowOperations(port: SqlPort): RowOperations {
  return {
    bulkInsert(table, rows) {
      const columns = Object.keys(rows[0] ?? {});
      requireSameColumns(rows, columns);
      const rowsInOneInsert = Math.max(1, Math.floor(valuesInOneInsert / columns.length));
      const into = `INSERT INTO main.${quoteName(table)} (${columns.map(quoteName).join(', ')}) VALUES`;
      const marks = `(${columns.map(() => '?').join(', ')})`;
      port.atomically(() => {
        for (let start = 0; start < rows.length; start += rowsInOneInsert) {
          const part = rows.slice(start, start + rowsInOneInsert);
          const values = part.flatMap((row) => columns.map((column) => bindable(row[column], `${table}.${column}`)));
          port.run(`${into} ${part.map(() => marks).join(', ')}`, ...values);
        }
      });
    },
  };
}

function requireSameColumns(rows: readonly NewRow[], columns: readonly string[]): void {
  const isOdd = (row: NewRow) => Object.keys(row).length !== columns.length || columns.some((name) => !(name in row));
  const odd = rows.findIndex((row) => isOdd(row) || columns.length === 0);
  if (odd === -1) return;
  const found = Object.keys(rows[odd] ?? {}).join(', ');
  throw new DrydockError('REVISION_FAILED', {
    what: `row ${odd + 1} of op.bulkInsert has the columns (${found}), and the first row has (${columns.join(', ')})`,
    next: 'Give every row a value for each column, null if there is none',
  });
}
