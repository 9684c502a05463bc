import { parseTable } from '../schema/edit/edit-table.ts';
import type { IfExists } from './columns.ts';
import type { Constraint, ForeignKeyOptions } from './constraint.ts';
import { addConstraintChange, dropConstraintChange } from './constraint-changes.ts';
import { findConstraint } from './find-constraint.ts';
import { requireTable } from './lookups.ts';
import type { SqlPort } from './sql-port.ts';
import { changeTable } from './table-change.ts';

/** Constraints of an existing table. Pass null as the name for a constraint without one. */
export interface ConstraintOperations {
  /**
   * Adds a foreign key, by a rebuild. The foreign key check before the commit finds rows without a parent.
   * @example
   * op.createForeignKey('people_team', 'people', 'teams', ['team_id'], ['id'], { onDelete: 'set null' });
   */
  createForeignKey(
    name: string | null,
    table: string,
    referredTable: string,
    columns: readonly string[],
    referredColumns: readonly string[],
    options?: ForeignKeyOptions,
  ): void;

  /**
   * Adds a UNIQUE constraint, by a rebuild; refused if the rows are not unique.
   * @example
   * op.createUniqueConstraint('people_email', 'people', ['email']);
   */
  createUniqueConstraint(name: string | null, table: string, columns: readonly string[]): void;

  /**
   * Adds a CHECK, in place; refused if a row violates it.
   * @example
   * op.createCheckConstraint('orders_price', 'orders', 'price >= 0');
   */
  createCheckConstraint(name: string | null, table: string, condition: string): void;

  /**
   * Adds a primary key, by a rebuild; refused if the rows are not unique or hold NULL in a key column.
   * @example
   * op.createPrimaryKey(null, 'ratings', ['person_id', 'order_id']);
   */
  createPrimaryKey(name: string | null, table: string, columns: readonly string[]): void;

  /**
   * Drops a constraint: in place if it is a CHECK, or a foreign key or NOT NULL with a name; otherwise by a rebuild.
   * @param which Its name, or its content: `op.constraint.unique(['email'])`.
   * @example
   * op.dropConstraint('people_city', 'people');
   * op.dropConstraint(op.constraint.unique(['email', 'city']), 'people');
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
