/** Follows the tables through the revisions of a run. */
import { foldName } from '../schema/names.ts';
import type { Measurement, RowsLeft, StepLeft, TableRename } from './measurement.ts';

/** A table by its key: its name, and its rows now and at the start of the run. Null: it does not exist. */
export interface Known {
  readonly table: string;
  readonly rows: number | null;
  readonly atStart: number | null;
  /** Undefined if a revision created it. */
  readonly nameAtStart: string | undefined;
}

export type Tables = ReadonlyMap<string, Known>;

export function tablesAtStart(rows: Measurement['rows']): Tables {
  return new Map(
    Object.entries(rows).map(([table, count]) => [
      foldName(table),
      { table, rows: count, atStart: count, nameAtStart: table },
    ]),
  );
}

/** The tables that outlive a run, each with its name at the start. @param left Of each revision, in order. */
export function tablesKept(
  before: Measurement['rows'],
  after: Measurement['rows'],
  left: readonly StepLeft[],
): TableRename[] {
  let known = tablesAtStart(before);
  for (const { rows, renames } of left) known = withRows(withRenames(known, renamesThatKeep(known, renames)), rows);
  const now = new Set(Object.keys(after).map(foldName));
  return [...known].flatMap(([key, { table, nameAtStart: from }]) =>
    from !== undefined && now.has(key) ? [{ from, to: table }] : [],
  );
}

/** Without those to the name of a table that was dropped for it: the rows of both are looked for under their own names. */
export function renamesThatKeep(known: Tables, renames: readonly TableRename[]): readonly TableRename[] {
  const moved = new Set(renames.map(({ from }) => foldName(from)));
  return renames.filter(({ to }) => moved.has(foldName(to)) || (known.get(foldName(to))?.rows ?? null) === null);
}

export function withRenames(known: Tables, renames: readonly TableRename[]): Tables {
  const next = new Map(known);
  // All at once: two tables may have changed their names with each other.
  for (const { from } of renames) next.delete(foldName(from));
  for (const { from, to } of renames) {
    const table = known.get(foldName(from));
    if (table !== undefined) next.set(foldName(to), { ...table, table: to });
  }
  return next;
}

export function withRows(known: Tables, rows: RowsLeft): Tables {
  const next = new Map(known);
  for (const [table, count] of Object.entries(rows)) {
    const { atStart = null, nameAtStart } = known.get(foldName(table)) ?? {};
    next.set(foldName(table), { table, rows: count, atStart, nameAtStart });
  }
  return next;
}
