import { quoteName } from '../schema/quote.ts';
import type { Column } from './column.ts';
import { columnSql } from './column.ts';
import type { IfExists, IfNotExists } from './columns.ts';
import type { Constraint } from './constraint.ts';
import { requireConstraint } from './constraint-changes.ts';
import { keepingDependents } from './dependents.ts';
import { findTable } from './lookups.ts';
import { renameTable } from './rename.ts';
import type { SqlPort } from './sql-port.ts';
import { tell } from './sql-port.ts';
import { refuseVirtualMentions } from './virtual-mentions.ts';

export interface TableOptions extends IfNotExists {
  /** Columns accept only values of their type. https://sqlite.org/stricttables.html */
  readonly strict?: boolean;
  /** https://sqlite.org/withoutrowid.html */
  readonly withoutRowid?: boolean;
}

type TablePart = Column | Constraint;

/** Columns and constraints, optionally followed by the table's options. */
export type TableParts = readonly TablePart[] | readonly [...parts: TablePart[], options: TableOptions];

/** Whole tables. */
export interface TableOperations {
  /**
   * Creates a table from columns and constraints, optionally followed by the table's options.
   * @example
   * op.createTable(
   *   'memberships',
   *   op.column.integer('person_id', { references: { table: 'people', onDelete: 'cascade' } }),
   *   op.column.integer('team_id', { references: { table: 'teams' } }),
   *   op.column.date('since', { nullable: false, default: 'CURRENT_DATE' }),
   *   op.constraint.primaryKey(['person_id', 'team_id']),
   *   { strict: false, withoutRowid: true },
   * );
   */
  createTable(name: string, ...parts: TableParts): void;

  /**
   * Drops the table with its indexes and triggers. If it held rows, the row count check needs an `expect`.
   * @throws {DrydockError} Naming the views and other tables' triggers that need it.
   * @example
   * op.dropTable('orders');
   * op.dropTable('drafts', { ifExists: true });
   */
  dropTable(name: string, options?: IfExists): void;

  /**
   * Views, triggers, foreign keys and the statistics of ANALYZE follow.
   * @example
   * op.renameTable('people', 'persons');
   */
  renameTable(from: string, to: string): void;
}

export function tableOperations(port: SqlPort): TableOperations {
  return {
    createTable(name, ...given) {
      const parts: readonly (TablePart | TableOptions)[] = given;
      const { strict = false, withoutRowid = false, ifNotExists = false } = parts.find(isOptions) ?? {};
      if (ifNotExists && findTable(port, name) !== undefined) return;
      const columns = parts.filter(isColumn).map((column) => columnSql(column));
      const constraints = parts.filter(isConstraint).map((constraint) => requireConstraint(constraint));
      const lines = [...columns, ...constraints].map((line) => `  ${line}`);
      const options = [strict ? 'STRICT' : '', withoutRowid ? 'WITHOUT ROWID' : ''].filter((word) => word !== '');
      const ending = options.length === 0 ? '' : ` ${options.join(', ')}`;
      port.run(`CREATE TABLE main.${quoteName(name)} (\n${lines.join(',\n')}\n)${ending}`);
      port.note?.({ operation: 'createTable', table: name, method: 'in place', why: 'the table is new' });
    },

    dropTable(name, { ifExists = false } = {}) {
      if (ifExists && findTable(port, name) === undefined) return;
      refuseVirtualMentions(port, name);
      keepingDependents(port, `dropTable of ${name}`, () => port.run(`DROP TABLE main.${quoteName(name)}`));
      port.note?.({ operation: 'dropTable', table: name, method: 'in place', why: 'the whole table is dropped' });
    },

    renameTable(from, to) {
      tell(port, [port.atomically(() => renameTable(port, from, to))]);
    },
  };
}

function isConstraint(part: TablePart | TableOptions): part is Constraint {
  return 'kind' in part;
}

function isColumn(part: TablePart | TableOptions): part is Column {
  return 'type' in part;
}

function isOptions(part: TablePart | TableOptions): part is TableOptions {
  return !isConstraint(part) && !isColumn(part);
}
