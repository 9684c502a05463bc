import type { TableText } from '../schema/edit/edit-table.ts';
import { parseTable } from '../schema/edit/edit-table.ts';
import { foldName } from '../schema/names.ts';
import { quoteName } from '../schema/quote.ts';

/** Where a column's values come from in a rebuild, if not from the column of that name. */
export type NewValues =
  /** From the column's default: it is new. */
  | { readonly from: 'default' }
  /** From an SQL expression over the old row. */
  | { readonly from: 'expression'; readonly sql: string };

/** What a table is to become: its text, and where the values of its columns come from. */
export interface TablePlan {
  readonly table: TableText;
  /** By the folded name of the column; a column that is not in it keeps its values. */
  readonly values: ReadonlyMap<string, NewValues>;
}

/** @throws {DrydockError} Where the table's text cannot be parsed. */
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

/** The SQL that gives a column's value from a row of the old table; undefined where its default does. */
export function sourceOf(plan: TablePlan, column: string): string | undefined {
  const values = valuesOf(plan, column);
  if (values === undefined) return quoteName(column);
  return values.from === 'expression' ? `(${values.sql})` : undefined;
}
