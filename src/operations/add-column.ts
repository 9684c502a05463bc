import { DrydockError } from '../errors.ts';
import { withColumn } from '../schema/edit/edit-columns.ts';
import { constraintsOf } from '../schema/edit/edit-constraints.ts';
import { isConstant, parseExpression } from '../schema/edit/edit-expression.ts';
import type { TableText } from '../schema/edit/edit-table.ts';
import { sameName } from '../schema/names.ts';
import { quoteName } from '../schema/quote.ts';
import type { Column, ColumnPlace } from './column.ts';
import { columnSql } from './column.ts';
import { requireFit } from './constraint-errors.ts';
import type { SqlPort } from './sql-port.ts';
import type { TableChange } from './table-change.ts';
import { withTable, withValues } from './table-plan.ts';

/**
 * Adds a column. A rebuild does what ADD COLUMN refuses: https://sqlite.org/lang_altertable.html#altertabaddcol
 */
export function addColumnChange(column: Column, { after }: ColumnPlace = {}): TableChange {
  return {
    operation: 'addColumn',
    prepare(plan, { port, stored, hasRows }) {
      requireNewName(plan.table, column);
      const definition = columnSql(column);
      const table = withColumn(plan.table, definition, after);
      if (column.primaryKey === true) requireFirstKey(plan.table, column);
      if (lacksValue(column)) requireNoRows(port, stored.name, column, hasRows);
      const next = withValues(withTable(plan, table), column.name, { from: 'default' });
      const isLast = table.columns.at(-1)?.name === column.name;
      const why = isLast ? reasonForRebuild(column, hasRows) : 'SQLite adds a column only after the last one';
      if (why !== undefined) return { plan: next, why };
      const sql = `ALTER TABLE main.${quoteName(stored.name)} ADD COLUMN ${definition}`;
      return {
        plan: next,
        why: 'SQLite adds such a column without touching the rows',
        inPlace: () => requireFit(stored.name, definition, () => port.run(sql)),
      };
    },
  };
}

function reasonForRebuild(column: Column, hasRows: () => boolean): string | undefined {
  if (column.primaryKey === true) return 'SQLite cannot add a PRIMARY KEY column in place';
  if (column.unique === true) return 'SQLite cannot add a UNIQUE column in place';
  if (column.generated?.kind === 'stored' && hasRows()) return 'SQLite cannot add a STORED column to rows in place';
  if (column.default !== undefined && !isConstant(parseExpression(column.default)) && hasRows()) {
    return 'SQLite cannot add a column to rows in place whose default is not a constant';
  }
  return undefined;
}

/** Whether existing rows would get NULL in a column that does not allow it. */
function lacksValue({ nullable, primaryKey, type, default: value, generated }: Column): boolean {
  if (generated !== undefined) return false;
  // An INTEGER PRIMARY KEY takes its values from the rowids.
  const needsValue = primaryKey === true ? !sameName(type, 'INTEGER') : nullable === false;
  return needsValue && (value === undefined || parseExpression(value).type === 'NullLiteral');
}

function requireNoRows(port: SqlPort, table: string, column: Column, hasRows: () => boolean): void {
  const missing = missingValue(table, column);
  if (port.later !== undefined) {
    port.later({ holds: `NOT EXISTS (SELECT 1 FROM main.${quoteName(table)})`, problem: missing.what });
  } else if (hasRows()) throw missing;
}

function missingValue(table: string, { name, primaryKey }: Column): DrydockError {
  const rule = primaryKey === true ? 'becomes the primary key' : 'is NOT NULL';
  return new DrydockError('REVISION_FAILED', {
    what: `existing rows of ${table} would have no value in the new column ${name}, which ${rule} and has no default`,
    next:
      primaryKey === true
        ? 'Give it a default that differs in every row, or add it, fill it, then op.createPrimaryKey'
        : 'Give it a default, or add it nullable, fill it, then op.alterColumn with { nullable: false }',
  });
}

function requireNewName(table: TableText, { name }: Column): void {
  const taken = table.columns.find((other) => sameName(other.name, name));
  if (taken === undefined) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `there is already a column ${taken.name}`,
    next: 'Give it another name, or pass { ifNotExists: true } if it may exist already',
  });
}

function requireFirstKey(table: TableText, { name }: Column): void {
  if (!constraintsOf(table).some(({ constraint: { node } }) => node.type.startsWith('PrimaryKey'))) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `${name} cannot be the primary key: the table has one`,
    next: 'Drop that first, with op.dropConstraint',
  });
}
