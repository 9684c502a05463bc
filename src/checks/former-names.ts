import type { Measurement } from './measurement.ts';

/** The names that a table may have had before the run: its own, or if it is new, that of any table that has disappeared. */
export type FormerNames = (table: string) => readonly string[];

/** A table that disappears must be announced by a revision, so this lets nothing unannounced through. */
export function formerNames(before: Measurement['rows'], after: Measurement['rows']): FormerNames {
  const gone = Object.keys(before).filter((table) => !Object.hasOwn(after, table));
  return (table) => (Object.hasOwn(before, table) || !Object.hasOwn(after, table) ? [table] : [table, ...gone]);
}
