import type { Replayed, ReplayedStep } from '../engine/replayed.ts';
import { invariant } from '../errors.ts';
import { foldCase } from '../schema/quote.ts';
import { ownTables, type StoredSchema } from '../schema/read-schema.ts';
import { renameIn } from './renames.ts';

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
    tracked = tracked.flatMap((table) => {
      const kept = afterStep(table, step, tables);
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

/** Undefined where the table is lost; else it with the columns that are not. */
function afterStep(
  before: Tracked,
  step: ReplayedStep,
  tables: ReadonlyMap<string, readonly string[]>,
): Tracked | undefined {
  const renamed = step.statements.reduce((table, { sql }) => withRename(table, sql), before);
  // Under its old name again where it was moved aside, and its rows copied back into a new one.
  const now = [renamed.now, before.now].find((name) => tables.has(name));
  if (now === undefined) return undefined;
  const there = new Set(tables.get(now));
  const columns = renamed.columns.flatMap(({ column, now: name }, index) => {
    const found = [name, before.columns[index]?.now ?? name].find((it) => there.has(it));
    return found === undefined ? [] : [{ column, now: found }];
  });
  return { table: before.table, now, columns };
}

function withRename(table: Tracked, sql: string): Tracked {
  const rename = renameIn(sql);
  if (rename === undefined || foldCase(rename.table) !== table.now) return table;
  const to = foldCase(rename.to);
  if (!('column' in rename)) return { ...table, now: to };
  const from = foldCase(rename.column);
  return { ...table, columns: table.columns.map((it) => (it.now === from ? { ...it, now: to } : it)) };
}

function foldedTables(schema: StoredSchema): Map<string, readonly string[]> {
  return new Map([...ownTables(schema)].map(([name, columns]) => [foldCase(name), columns]));
}
