import { parseTable } from '../schema/edit/edit-table.ts';
import type { IfExists } from './columns.ts';
import type { Constraint, ForeignKeyOptions } from './constraint.ts';
import { addConstraintChange, dropConstraintChange } from './constraint-changes.ts';
import { findConstraint } from './find-constraint.ts';
import { requireTable } from './lookups.ts';
import type { SqlPort } from './sql-port.ts';
import { changeTable } from './table-change.ts';

/** Constraints of an existing table. A name of null makes one without a name. */
export interface ConstraintOperations {
  /** By a rebuild. Rows without a parent are found by the check of foreign keys before the commit. */
  createForeignKey(
    name: string | null,
    table: string,
    referredTable: string,
    columns: readonly string[],
    referredColumns: readonly string[],
    options?: ForeignKeyOptions,
  ): void;

  /** By a rebuild; refused where rows are not unique. */
  createUniqueConstraint(name: string | null, table: string, columns: readonly string[]): void;

  /** In place; refused where a row breaks it. */
  createCheckConstraint(name: string | null, table: string, condition: string): void;

  /** By a rebuild; refused where rows are not unique, or hold NULL there. */
  createPrimaryKey(name: string | null, table: string, columns: readonly string[]): void;

  /**
   * In place for a CHECK, a foreign key or a NOT NULL with a name, else by a rebuild.
   * @param which Its name, or what it says: `op.constraint.unique(['email'])`.
   */
  dropConstraint(which: string | Constraint, table: string, options?: IfExists): void;
}

export function constraintOperations(port: SqlPort): ConstraintOperations {
  const add = (operation: string, table: string, constraint: Constraint) =>
    changeTable(port, table, `${operation} on ${table}`, [addConstraintChange(operation, constraint)]);
  return {
    createForeignKey(name, table, referredTable, columns, referredColumns, options = {}) {
      add('createForeignKey', table, { ...options, kind: 'foreignKey', name, columns, referredTable, referredColumns });
    },

    createUniqueConstraint(name, table, columns) {
      add('createUniqueConstraint', table, { kind: 'unique', name, columns });
    },

    createCheckConstraint(name, table, condition) {
      add('createCheckConstraint', table, { kind: 'check', name, condition });
    },

    createPrimaryKey(name, table, columns) {
      add('createPrimaryKey', table, { kind: 'primaryKey', name, columns });
    },

    dropConstraint(which, table, { ifExists = false } = {}) {
      if (ifExists && findConstraint(parseTable(requireTable(port, table).sql), which) === undefined) return;
      changeTable(port, table, `dropConstraint on ${table}`, [dropConstraintChange(which)]);
    },
  };
}
