import type { NameChange } from './name-changes.ts';

/** A table that existed before a step, with its current name and its columns' current names, folded. */
export interface Followed {
  /** Undefined if it was dropped. */
  readonly now: string | undefined;
  /** Its former names, the oldest first. */
  readonly former: readonly string[];
  /** In their original order; undefined for a column that is gone, even if another one now has its name. */
  readonly columns: readonly (string | undefined)[];
  /** For a column, the new one that was computed from it: what is dropped then is only the old form of its values. */
  readonly filled: ReadonlyMap<string, string>;
}

/** The tables at some point of a step. */
export interface Names {
  readonly followed: readonly Followed[];
  /** The tables that the step itself created, with their columns if known. */
  readonly made: ReadonlyMap<string, readonly string[] | undefined>;
}

/**
 * Follows the tables through one statement. If a table is dropped and another one takes one of its names, that one continues
 * it: this is how a table is rebuilt.
 */
export function afterChange(names: Names, change: NameChange): Names {
  const { table } = change;
  const place = names.followed.findIndex(({ now }) => now === table);
  const followed = names.followed[place];
  if (followed !== undefined) {
    return goOn({ ...names, followed: names.followed.with(place, changed(followed, change)) });
  }
  if (change.kind !== 'create table' && !names.made.has(table)) return names;
  const made = new Map(names.made);
  const columns = made.get(table);
  made.delete(table);
  if (change.kind === 'create table') made.set(table, change.columns);
  else if (change.kind === 'rename table') made.set(change.to, columns);
  else if (change.kind === 'fill column') made.set(table, columns);
  else if (change.kind !== 'drop table') made.set(table, columns && changedColumns(columns, change));
  return goOn({ ...names, made });
}

type ColumnChange = Exclude<
  NameChange,
  { readonly kind: 'create table' | 'drop table' | 'rename table' | 'fill column' }
>;

function changed(followed: Followed, change: NameChange): Followed {
  const { now, former, columns, filled } = followed;
  const formerly = now === undefined ? former : [...former, now];
  switch (change.kind) {
    case 'drop table':
      return { ...followed, now: undefined, former: formerly };
    case 'rename table':
      return { ...followed, now: change.to, former: formerly };
    case 'drop column':
      return { ...followed, columns: columns.map((it) => (it === change.column ? filled.get(it) : it)) };
    case 'rename column':
      return { ...followed, columns: columns.map((it) => (it === change.column ? change.to : it)) };
    case 'fill column':
      if (columns.includes(change.column)) return followed;
      return { ...followed, filled: new Map([...filled, ...change.from.map((it) => [it, change.column] as const)]) };
    default:
      return followed;
  }
}

function changedColumns(columns: readonly string[], change: ColumnChange): readonly string[] {
  switch (change.kind) {
    case 'copy':
      return change.columns;
    case 'add column':
      return [...columns, change.column];
    case 'drop column':
      return columns.filter((it) => it !== change.column);
    case 'rename column':
      return columns.map((it) => (it === change.column ? change.to : it));
  }
}

/** Replaces dropped tables by those that were created in their place, with the columns that these have. */
function goOn(names: Names): Names {
  const made = new Map(names.made);
  const followed = names.followed.map((table): Followed => {
    const now = table.now ?? table.former.findLast((name) => made.has(name));
    if (now === undefined || table.now !== undefined) return table;
    const there = made.get(now);
    made.delete(now);
    const columns = table.columns.map((it) => (it !== undefined && (there?.includes(it) ?? true) ? it : undefined));
    return { ...table, now, columns };
  });
  return { followed, made };
}
