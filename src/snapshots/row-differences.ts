/** The tables whose number of rows differs between a snapshot and what its restore replaces. */
import { countRows } from '../checks/measure.ts';
import { withReader } from '../files/database-reader.ts';
import { plural } from '../format.ts';

export interface RowDifference {
  readonly table: string;
  /** Rows in what is replaced; null if it has no such table. */
  readonly before: number | null;
  /** Rows in the snapshot; null if it has no such table. */
  readonly after: number | null;
}

/**
 * @param patienceMs As in {@link withReader}.
 * @throws {DrydockError} as {@link withReader}.
 */
export function rowDifferences(replaced: string, snapshot: string, patienceMs?: number): RowDifference[] {
  const after = new Map(Object.entries(withReader(snapshot, countRows)));
  const before = new Map(Object.entries(withReader(replaced, countRows, patienceMs)));
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((table) => ({ table, before: before.get(table) ?? null, after: after.get(table) ?? null }))
    .filter((difference) => difference.before !== difference.after);
}

/** Completes the sentence "it has …", where "it" is what is replaced. */
export function describeRowDifferences(differences: readonly RowDifference[]): string {
  return differences.length === 0
    ? 'other content, but the same number of rows in each table'
    : differences.map(describeDifference).join(', ');
}

function describeDifference({ table, before, after }: RowDifference): string {
  if (after === null) return `table ${table} with ${plural(before ?? 0, 'row')}, which the snapshot does not have`;
  if (before === null) return `no table ${table}, of which the snapshot has ${plural(after, 'row')}`;
  const more = before > after ? 'more' : 'fewer';
  const difference = plural(Math.abs(before - after), 'row');
  return `${difference} ${more} in ${table} (${plural(before, 'row')}, and ${plural(after, 'row')} in the snapshot)`;
}
