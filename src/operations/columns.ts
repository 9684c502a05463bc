import { sameName } from '../schema/names.ts';
import { addColumnChange } from './add-column.ts';
import { alterColumnChanges } from './alter-column.ts';
import type { Column, ColumnChange, ColumnPlace } from './column.ts';
import { keepingDependents } from './dependents.ts';
import { dropColumnChange } from './drop-column.ts';
import { requireTable, tableColumns } from './lookups.ts';
import { renameColumn } from './rename.ts';
import type { SqlPort } from './sql-port.ts';
import { tell } from './sql-port.ts';
import { changeTable, changeTableOnly } from './table-change.ts';

export interface IfExists {
  readonly ifExists?: boolean;
}

export interface IfNotExists {
  readonly ifNotExists?: boolean;
}

export interface AddColumnOptions extends IfNotExists, ColumnPlace {}

/**
 * Columns of an existing table: changed in place if SQLite can (https://sqlite.org/lang_altertable.html), otherwise by a
 * rebuild.
 */
export interface ColumnOperations {
  /**
   * Adds a column, after the last one unless `after` names another.
   * @throws {DrydockError} If existing rows would have no value, as with NOT NULL and no default.
   * @example
   * op.addColumn('people', op.column.string('source', 20, { nullable: false, default: "'import'" }));
   * op.addColumn('people', op.column.text('phone'), { ifNotExists: true, after: 'email' });
   */
  addColumn(table: string, column: Column, options?: AddColumnOptions): void;

  /**
   * Drops a column.
   * @throws {DrydockError} Naming every index, constraint, view and trigger that still uses the column.
   * @example
   * op.dropColumn('people', 'nickname');
   */
  dropColumn(table: string, name: string, options?: IfExists): void;

  /**
   * Changes a column's type, default, collation, nullability or name.
   * @throws {DrydockError} If a new type would change values, or rows hold NULL in a column that becomes NOT NULL.
   * @example
   * op.alterColumn('orders', 'price', { type: 'INTEGER', using: 'CAST(round(price * 100) AS INTEGER)', newName: 'cents' });
   * op.alterColumn('people', 'city', { nullable: false, default: "''" });
   */
  alterColumn(table: string, name: string, change: ColumnChange): void;
}

export function columnOperations(port: SqlPort): ColumnOperations {
  return {
    addColumn(table, column, { ifNotExists = false, ...place } = {}) {
      if (ifNotExists && hasColumn(port, table, column.name)) return;
      changeTable(port, table, `addColumn on ${table}`, [addColumnChange(column, place)]);
    },

    dropColumn(table, name, { ifExists = false } = {}) {
      if (ifExists && !hasColumn(port, table, name)) return;
      changeTable(port, table, `dropColumn of ${table}.${name}`, [dropColumnChange(name)]);
    },

    alterColumn(table, name, { newName, ...change }) {
      const notes = keepingDependents(port, `alterColumn of ${table}.${name}`, (compiled) => [
        ...changeTableOnly(port, table, alterColumnChanges(name, change), compiled),
        ...(newName === undefined ? [] : [renameColumn(port, table, { from: name, to: newName }, compiled)]),
      ]);
      tell(port, notes);
    },
  };
}

/** @throws {DrydockError} If there is no such table. */
function hasColumn(port: SqlPort, table: string, name: string): boolean {
  const { name: stored } = requireTable(port, table);
  return tableColumns(port, stored).some((column) => sameName(column.name, name));
}
