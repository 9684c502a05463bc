import { foldName } from '../schema/names.ts';
import type { ForeignKeyViolations, MeasuredAfter, Measurement } from './measurement.ts';

/**
 * Completes what was measured after a run with what its snapshot has: tables that the run could not write, foreign keys
 * between two of them, and statistics about them are what they were.
 * @param before Of the snapshot, checked whole.
 */
export function carryOver(before: Measurement, { measurement, written, children }: MeasuredAfter): Measurement {
  if (written.kind === 'every table' || measurement.integrity.length > 0) return measurement;
  const tables = new Set(written.tables.map(foldName));
  const rowsBefore = Object.entries(before.rows).filter(([table]) => !tables.has(foldName(table)));
  const read = new Map(measurement.statistics.map((statistic) => [statistic.name, statistic]));
  return {
    ...measurement,
    foreignKeys: withUnchecked(before.foreignKeys, measurement.foreignKeys, new Set(children)),
    rows: { ...Object.fromEntries(rowsBefore), ...measurement.rows },
    statistics: before.statistics.map((statistic) => read.get(statistic.name) ?? statistic),
  };
}

function withUnchecked(
  before: ForeignKeyViolations,
  after: ForeignKeyViolations,
  checked: ReadonlySet<string>,
): ForeignKeyViolations {
  const isCarried = ({ table }: { readonly table: string }) => !checked.has(table);
  const carried = before.pairs.filter(isCarried);
  const keys = before.keys.filter((key) => carried.some(({ table }) => key.startsWith(`${table}|`)));
  return {
    pairs: [...carried, ...after.pairs],
    keys: [...keys, ...after.keys],
    complete: before.complete && after.complete,
    unusable: [...before.unusable.filter(isCarried), ...after.unusable],
  };
}
