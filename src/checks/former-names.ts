import type { Measurement } from './measurement.ts';

/** What a table may have been called before: its name, or that of any table that is gone where it is new itself. */
export type FormerNames = (table: string) => readonly string[];

/** That a table is gone is announced, so that this lets nothing through of which nobody said a word. */
export function formerNames(before: Measurement['rows'], after: Measurement['rows']): FormerNames {
  const gone = Object.keys(before).filter((table) => !Object.hasOwn(after, table));
  return (table) => (Object.hasOwn(before, table) || !Object.hasOwn(after, table) ? [table] : [table, ...gone]);
}
