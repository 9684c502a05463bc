import { DrydockError } from '../errors.ts';
import { quoteName } from '../schema/quote.ts';
import type { Column } from './column.ts';
import { columnSql } from './column.ts';
import { numberFrom } from './lookups.ts';
import { rebuildWithColumnType } from './rebuild.ts';
import type { SqlPort } from './sql-port.ts';

/** What `alterColumn` is to change; what is left out stays as it is. */
export interface ColumnChange {
  /** A new declared type. The table is rebuilt, and refused if any value would change with it. */
  readonly type?: string;
  readonly nullable?: boolean;
  readonly newName?: string;
}

/** Columns of an existing table: in place where SQLite can (https://sqlite.org/lang_altertable.html), else a rebuild. */
export interface ColumnOperations {
  addColumn(table: string, column: Column): void;

  /** SQLite refuses to drop a column that an index, a constraint, a view or a trigger still uses. */
  dropColumn(table: string, name: string): void;

  alterColumn(table: string, name: string, change: ColumnChange): void;
}

export function columnOperations(port: SqlPort): ColumnOperations {
  return {
    addColumn(table, column) {
      port.run(`ALTER TABLE ${quoteName(table)} ADD COLUMN ${columnSql(column)}`);
    },

    dropColumn(table, name) {
      port.run(`ALTER TABLE ${quoteName(table)} DROP COLUMN ${quoteName(name)}`);
    },

    alterColumn(table, name, { type, nullable, newName }) {
      port.atomically(() => {
        if (type !== undefined) rebuildWithColumnType(port, table, name, type);
        if (nullable !== undefined) setNullable(port, table, name, nullable ? 'DROP NOT NULL' : 'SET NOT NULL');
        if (newName !== undefined) {
          port.run(`ALTER TABLE ${quoteName(table)} RENAME COLUMN ${quoteName(name)} TO ${quoteName(newName)}`);
        }
      });
    },
  };
}

function setNullable(port: SqlPort, table: string, name: string, change: 'SET NOT NULL' | 'DROP NOT NULL'): void {
  if (change === 'SET NOT NULL') assertNoNulls(port, table, name);
  port.run(`ALTER TABLE ${quoteName(table)} ALTER COLUMN ${quoteName(name)} ${change}`);
}

/** SQLite would say no more than "constraint failed". */
function assertNoNulls(port: SqlPort, table: string, name: string): void {
  // With the table's name: a bare quoted name that is no column could otherwise be taken for something else.
  const column = `${quoteName(table)}.${quoteName(name)}`;
  const nulls = numberFrom(port, `SELECT count(*) FROM ${quoteName(table)} WHERE ${column} IS NULL`);
  if (nulls === 0) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `${nulls} rows of ${table} hold NULL in ${name}, which is to become NOT NULL`,
    next: 'Fill them in the revision first',
  });
}
