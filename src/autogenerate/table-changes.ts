import type { SchemaDifference } from '../schema/compare/difference.ts';
import { includesName, sameName } from '../schema/names.ts';
import { unquoted } from '../schema/normalise/normalise.ts';
import type { Check, Column, ForeignKey, Index, Schema, Unique } from '../schema/normalised.ts';

/** One thing before and after; a side is undefined if the thing is new or gone. */
export interface Change<T> {
  readonly from: T | undefined;
  readonly to: T | undefined;
}

/** The differences of one table, grouped by how they can be made. */
export interface Changes {
  readonly added: readonly Column[];
  readonly dropped: readonly Column[];
  /** Columns whose type, default, collation or nullability differs, which `op.alterColumn` changes. */
  readonly altered: readonly { readonly from: Column; readonly to: Column }[];
  readonly uniques: readonly Change<Unique>[];
  readonly checks: readonly Change<Check>[];
  readonly foreignKeys: readonly Change<ForeignKey>[];
  /** Sentences for the differences that no ALTER TABLE and no operation can make. */
  readonly others: readonly string[];
  /** Sentences for the differences that SQLite cannot make in place. */
  readonly notInPlace: readonly string[];
}

/** @param differences Those of one table, without order and spelling. */
export function changesOf(differences: readonly SchemaDifference[]): Changes {
  const altered = new Map<Column, { from: Column; to: Column }>();
  const changes = {
    added: [] as Column[],
    dropped: [] as Column[],
    uniques: [] as Change<Unique>[],
    checks: [] as Change<Check>[],
    foreignKeys: [] as Change<ForeignKey>[],
    others: [] as string[],
    notInPlace: [] as string[],
  };
  for (const difference of differences) {
    switch (difference.kind) {
      case 'column':
        if (difference.to !== undefined) changes.added.push(difference.to);
        else if (difference.from !== undefined) changes.dropped.push(difference.from);
        break;
      case 'type':
      case 'default':
      case 'collation':
        changes.notInPlace.push(difference.sentence);
        addAltered(altered, difference);
        break;
      case 'nullability':
        addAltered(altered, difference);
        break;
      case 'check':
        changes.checks.push(difference);
        break;
      case 'foreignKey':
        changes.foreignKeys.push(difference);
        break;
      case 'unique':
        changes.uniques.push(difference);
        changes.notInPlace.push(difference.sentence);
        break;
      default:
        changes.others.push(difference.sentence);
    }
  }
  return { ...changes, altered: [...altered.values()] };
}

/**
 * Whether keys that foreign keys refer to change or are missing. Between two statements a foreign key may then have no key
 * to refer to, which the operations refuse and SQLite, with foreign keys off, allows.
 */
export function isEntangled(from: Schema, to: Schema, differences: readonly SchemaDifference[]): boolean {
  const pointedAt = [...keysPointedAt(from), ...keysPointedAt(to)];
  return differences.some((difference) => {
    if (difference.kind === 'foreignKey' && difference.to !== undefined && !findsKey(difference.to, to)) return true;
    const ofTable = pointedAt.filter(({ table }) => sameName(table, difference.table));
    return keysOf(difference).some((key) => ofTable.some(({ columns }) => isSubset(key, columns)));
  });
}

/** Whether a foreign key has a key to refer to, as SQLite requires: https://sqlite.org/foreignkeys.html#fk_indexes */
function findsKey({ parent, parentColumns }: ForeignKey, { tables, indexes }: Schema): boolean {
  const table = tables.find(({ name }) => sameName(name, parent));
  if (table === undefined) return true;
  const keys = [
    ...(table.primaryKey === undefined ? [] : [table.primaryKey.columns.map(({ name }) => name)]),
    ...table.uniques.map(({ columns }) => columns.map(({ name }) => name)),
    ...indexes.filter((index) => index.unique && sameName(index.table, parent)).map(columnsOf),
  ];
  const wanted = parentColumns ?? table.primaryKey?.columns.map(({ name }) => name) ?? [];
  return keys.some((key) => key.length === wanted.length && isSubset(key, wanted));
}

interface PointedAt {
  readonly table: string;
  readonly columns: readonly string[];
}

function keysPointedAt({ tables }: Schema): PointedAt[] {
  return tables
    .flatMap(({ foreignKeys }) => foreignKeys)
    .map(({ parent, parentColumns }) => {
      const key = tables.find(({ name }) => sameName(name, parent))?.primaryKey;
      return { table: parent, columns: parentColumns ?? key?.columns.map(({ name }) => name) ?? [] };
    });
}

/** The column lists that become a key, or stop being one, because of a difference. */
function keysOf(difference: SchemaDifference): (readonly string[])[] {
  switch (difference.kind) {
    case 'unique':
    case 'primaryKey':
      return [difference.from, difference.to].flatMap((key) =>
        key === undefined ? [] : [key.columns.map(({ name }) => name)],
      );
    case 'index':
      return [difference.from, difference.to].flatMap((index) => (index?.unique === true ? [columnsOf(index)] : []));
    case 'collation':
    case 'column':
      return [[difference.name]];
    default:
      return [];
  }
}

/** The first word of each key of an index: the column, if it is a column. */
function columnsOf({ terms }: Index): string[] {
  return terms.flatMap(({ tokens }) => tokens.slice(0, 1)).map(unquoted);
}

function isSubset(some: readonly string[], all: readonly string[]): boolean {
  return some.every((name) => includesName(all, name));
}

function addAltered(
  altered: Map<Column, { from: Column; to: Column }>,
  { from, to }: { readonly from: Column | undefined; readonly to: Column | undefined },
): void {
  if (from !== undefined && to !== undefined) altered.set(to, { from, to });
}
