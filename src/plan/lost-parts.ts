import type { Replayed } from '../engine/shadow-result.ts';
import { invariant } from '../errors.ts';
import { foldName } from '../schema/names.ts';
import { ownTables, type StoredSchema } from '../schema/read-schema.ts';
import { afterChange, type Followed, type Names } from './follow-names.ts';
import { nameChangesIn } from './name-changes.ts';

/** A table or column of the original schema that is missing after one of the steps. Names are folded. */
export interface LostPart {
  readonly revision: string;
  readonly table: string;
  readonly column: string | null;
}

export interface LostParts {
  readonly parts: readonly LostPart[];
  /** The first statement that may change a table but that the parser cannot read: more may be lost than `parts`. */
  readonly unreadable: { readonly revision: string; readonly line: number | undefined } | undefined;
}

/** A table of the original schema, with its current name and its columns' current names. */
interface Tracked {
  readonly table: string;
  readonly now: string;
  readonly columns: readonly { readonly column: string; readonly now: string }[];
}

/**
 * What steps drop that existed before them. A renamed table or column is not lost. Neither is a table that a step drops and
 * creates again under the same name, which is how a table is rebuilt by hand: the run's checks compare its rows.
 */
export function lostParts({ schemas, steps }: Replayed): LostParts {
  const [before, ...after] = schemas;
  invariant(before !== undefined && after.length === steps.length, 'a replay without a schema for each step');
  let tracked = [...foldedTables(before)].map(
    ([table, columns]): Tracked => ({
      table,
      now: table,
      columns: columns.map((column) => ({ column, now: column })),
    }),
  );
  const parts: LostPart[] = [];
  let unreadable: LostParts['unreadable'];
  for (const [index, step] of steps.entries()) {
    const tables = foldedTables(after[index] ?? before);
    const revision = step.id;
    let names: Names = { followed: tracked.map(followedFrom), made: new Map() };
    for (const statement of step.statements) {
      const changes = nameChangesIn(statement);
      if (changes === 'unreadable') unreadable ??= { revision, line: statement.line };
      else for (const change of changes) names = afterChange(names, change);
    }
    const { followed } = names;
    tracked = tracked.flatMap((table, place) => {
      const others = followed.filter((_, at) => at !== place).map(({ now }) => now);
      const kept = afterStep(table, followed[place] ?? followedFrom(table), others, tables);
      if (kept === undefined) {
        parts.push({ revision, table: table.table, column: null });
        return [];
      }
      const columns = new Set(kept.columns.map(({ column }) => column));
      const gone = table.columns.filter(({ column }) => !columns.has(column));
      parts.push(...gone.map(({ column }) => ({ revision, table: table.table, column })));
      return [kept];
    });
  }
  return { parts, unreadable };
}

/**
 * Undefined if the table is lost, otherwise the table with its remaining columns.
 * @param others The names of the other tables after the step.
 */
function afterStep(
  before: Tracked,
  followed: Followed,
  others: readonly (string | undefined)[],
  tables: ReadonlyMap<string, readonly string[]>,
): Tracked | undefined {
  // SQLite's own schema decides, whatever the statements seemed to say.
  const names = [followed.now, ...followed.former.toReversed()];
  const now = names.find((name) => name !== undefined && tables.has(name) && !others.includes(name));
  if (now === undefined) return undefined;
  const there = tables.get(now) ?? [];
  const columns = before.columns.flatMap(({ column }, index) => {
    const name = followed.columns[index];
    return name === undefined || !there.includes(name) ? [] : [{ column, now: name }];
  });
  return { table: before.table, now, columns };
}

function followedFrom({ now, columns }: Tracked): Followed {
  return { now, former: [], columns: columns.map((column) => column.now), filled: new Map() };
}

function foldedTables(schema: StoredSchema): Map<string, readonly string[]> {
  return new Map([...ownTables(schema)].map(([name, columns]) => [foldName(name), columns]));
}
