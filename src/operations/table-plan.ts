import type { TableText } from '../schema/edit/edit-table.ts';
import { parseTable } from '../schema/edit/edit-table.ts';
import { foldName } from '../schema/names.ts';
import { quoteName } from '../schema/quote.ts';

/** The source of a column's values in a rebuild, if not the column of the same name. */
export type NewValues =
  /** The column's default: it is new. */
  | { readonly from: 'default' }
  /** An SQL expression over the old row. */
  | { readonly from: 'expression'; readonly sql: string };

/** The table after the change: its text, and the source of its columns' values. */
export interface TablePlan {
  readonly table: TableText;
  /** By folded column name; a column that is not listed keeps its values. */
  readonly values: ReadonlyMap<string, NewValues>;
}

/** @throws {DrydockError} If the table's text cannot be parsed. */
export function planFor(sql: string): TablePlan {
  return { table: parseTable(sql), values: new Map() };
}

export function withTable(plan: TablePlan, table: TableText): TablePlan {
  return { ...plan, table };
}

export function withValues(plan: TablePlan, column: string, values: NewValues): TablePlan {
  return { ...plan, values: new Map([...plan.values, [foldName(column), values]]) };
}

export function valuesOf(plan: TablePlan, column: string): NewValues | undefined {
  return plan.values.get(foldName(column));
}

/** SQL for a column's value from a row of the old table; undefined if its default applies. */
export function sourceOf(plan: TablePlan, column: string): string | undefined {
  const values = valuesOf(plan, column);
  if (values === undefined) return quoteName(column);
  return values.from === 'expression' ? `(${values.sql})` : undefined;
}
