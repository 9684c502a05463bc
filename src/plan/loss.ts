import { plural } from '../format.ts';

/** Data that a run would lose: the values of a column, or the rows of a table. */
export interface Loss {
  /** The revision whose step drops it. */
  readonly revision: string;
  /** Its name before the run. */
  readonly table: string;
  /** Null means the whole table. */
  readonly column: string | null;
  /** Rows of the table, or non-NULL values of the column. Never 0. */
  readonly rows: number;
}

export type Forecast =
  | { readonly kind: 'known'; readonly losses: readonly Loss[] }
  /** `why` completes the sentence "the data that it would lose cannot be predicted: …". */
  | { readonly kind: 'unknown'; readonly why: string }
  /** Another run is in progress or was interrupted: the file may change before the steps run. */
  | { readonly kind: 'later' };

/** After a run, so that a snapshot has it. @param losses At least one. */
export function sayLosses(losses: readonly Loss[]): string {
  return `The dropped tables and columns held data, which the snapshot has: ${describeLosses(losses)}.`;
}

/** `table notes with 3 rows (revision a1), column people.age with 2 values (revision a2)` */
export function describeLosses(losses: readonly Loss[]): string {
  return losses.map(describeLoss).join(', ');
}

function describeLoss({ revision, table, column, rows }: Loss): string {
  const thing =
    column === null
      ? `table ${table} with ${plural(rows, 'row')}`
      : `column ${table}.${column} with ${plural(rows, 'value')}`;
  return `${thing} (revision ${revision})`;
}
