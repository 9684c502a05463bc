import type { Replayed } from '../engine/replayed.ts';
import { invariant } from '../errors.ts';
import { foldName } from '../schema/names.ts';
import { ownTables, type StoredSchema } from '../schema/read-schema.ts';
import { type NameChange, nameChangeIn } from './name-changes.ts';

/** A table or a column of the schema before the steps that is not there after one of them. Names are folded. */
export interface LostPart {
  readonly revision: string;
  readonly table: string;
  readonly column: string | null;
}

/** A table of the schema before the steps, and what it and its columns are called by now. */
interface Tracked {
  readonly table: string;
  readonly now: string;
  readonly columns: readonly { readonly column: string; readonly now: string }[];
}

/** The same within a step: what a statement has dropped has no name, though another may have taken it. */
interface Moved {
  readonly now: string | undefined;
  readonly columns: readonly (string | undefined)[];
}

/**
 * What steps drop that was there before them. A thing that is renamed is not lost; nor is a table that a step drops and
 * makes again under its name, which is how a table is rebuilt by hand: its rows are for the checks of the run.
 */
export function lostParts({ schemas, steps }: Replayed): LostPart[] {
  const [before, ...after] = schemas;
  invariant(before !== undefined && after.length === steps.length, 'a replay without a schema for each step');
  let tracked = [...foldedTables(before)].map(
    ([table, columns]): Tracked => ({
      table,
      now: table,
      columns: columns.map((column) => ({ column, now: column })),
    }),
  );
  const lost: LostPart[] = [];
  for (const [index, step] of steps.entries()) {
    const tables = foldedTables(after[index] ?? before);
    const revision = step.id;
    const changes = step.statements.flatMap(({ sql }) => nameChangeIn(sql) ?? []);
    const moved = tracked.map((table) => changes.reduce(afterChange, movedFrom(table)));
    tracked = tracked.flatMap((table, place) => {
      const others = moved.filter((_, index) => index !== place).map(({ now }) => now);
      const kept = afterStep(table, moved[place] ?? movedFrom(table), others, tables);
      if (kept === undefined) {
        lost.push({ revision, table: table.table, column: null });
        return [];
      }
      const columns = new Set(kept.columns.map(({ column }) => column));
      const gone = table.columns.filter(({ column }) => !columns.has(column));
      lost.push(...gone.map(({ column }) => ({ revision, table: table.table, column })));
      return [kept];
    });
  }
  return lost;
}

/**
 * Undefined where the table is lost; else it with the columns that are not.
 * @param others What the other tables are called after the step.
 */
function afterStep(
  before: Tracked,
  moved: Moved,
  others: readonly (string | undefined)[],
  tables: ReadonlyMap<string, readonly string[]>,
): Tracked | undefined {
  // Under its old name again where it was moved aside or dropped, and its rows copied into a new one.
  const now = [moved.now, before.now].find((name) => name !== undefined && tables.has(name) && !others.includes(name));
  if (now === undefined) return undefined;
  const there = tables.get(now) ?? [];
  const columns = before.columns.flatMap(({ column, now: old }, index) => {
    const name = moved.columns[index];
    if (name === undefined) return [];
    const beside = moved.columns.filter((_, at) => at !== index);
    const found = [name, old].find((it) => there.includes(it) && !beside.includes(it));
    return found === undefined ? [] : [{ column, now: found }];
  });
  return { table: before.table, now, columns };
}

function movedFrom({ now, columns }: Tracked): Moved {
  return { now, columns: columns.map((column) => column.now) };
}

function afterChange(moved: Moved, { table, column, to }: NameChange): Moved {
  if (foldName(table) !== moved.now) return moved;
  const name = to === undefined ? undefined : foldName(to);
  if (column === undefined) return { ...moved, now: name };
  const from = foldName(column);
  return { ...moved, columns: moved.columns.map((it) => (it === from ? name : it)) };
}

function foldedTables(schema: StoredSchema): Map<string, readonly string[]> {
  return new Map([...ownTables(schema)].map(([name, columns]) => [foldName(name), columns]));
}
