/**
 * The values of foreign-key columns, before and after a run: a rebuild that loses them keeps every row, and NULL violates no
 * foreign key.
 */
import type { QueryPort, QueryRow } from '../files/query-port.ts';
import { foldName } from '../schema/names.ts';
import type { ReferenceValues, TableRename } from './measurement.ts';

interface Column {
  readonly name: string;
  readonly nullable: boolean;
  /** The tables that its foreign keys refer to, folded. */
  readonly parents: readonly string[];
}

/** @param before Of the snapshot. @param tables Those that were written and still exist. */
export function countReferences(
  before: QueryPort,
  after: QueryPort,
  tables: readonly TableRename[],
): ReferenceValues[] {
  const names = new Map(tables.map(({ from, to }) => [foldName(from), foldName(to)]));
  return tables.flatMap(({ from, to }) => {
    const old = columnsOf(before, from);
    if (old.every(({ parents }) => parents.length === 0)) return [];
    const pairs = pairColumns(old, columnsOf(after, to), (parent) => names.get(parent) ?? parent);
    if (pairs.length === 0) return [];
    const valuesBefore = countValues(
      before,
      from,
      pairs.map((pair) => pair.from),
    );
    const values = countValues(
      after,
      to,
      pairs.map((pair) => pair.to),
    );
    return pairs.map((column, index) => ({
      table: { from, to },
      column,
      before: valuesBefore[index] ?? 0,
      after: values[index] ?? 0,
    }));
  });
}

/**
 * Each column with a foreign key, and what it is called now. Left out are those that are gone, a loss that is
 * agreed to before the run, and those that can hold no NULL now, which have lost no more values than the table has lost rows.
 */
function pairColumns(
  old: readonly Column[],
  now: readonly Column[],
  nameNow: (table: string) => string,
): { readonly from: string; readonly to: string }[] {
  const [oldNames, newNames] = [old, now].map((columns) => new Set(columns.map(({ name }) => foldName(name))));
  const kept = (columns: readonly Column[], column: Column, others: ReadonlySet<string> = new Set()) =>
    columns.slice(0, columns.indexOf(column)).filter(({ name }) => others.has(foldName(name))).length;
  // A renamed column keeps its place among the others, and refers to the same table.
  const renamed = (column: Column) =>
    now.find(
      (one) =>
        !oldNames?.has(foldName(one.name)) &&
        one.parents.some((parent) => column.parents.map(nameNow).includes(parent)) &&
        kept(now, one, oldNames) === kept(old, column, newNames),
    );
  return old
    .filter(({ parents }) => parents.length > 0)
    .flatMap((column) => {
      const same = now.find(({ name }) => foldName(name) === foldName(column.name));
      const found = same ?? renamed(column);
      return found?.nullable === true ? [{ from: column.name, to: found.name }] : [];
    });
}

function columnsOf(port: QueryPort, table: string): Column[] {
  const keys = [...port.iterate(`SELECT "from", "table" FROM pragma_foreign_key_list(${literal(table)}, 'main')`)];
  const columns = port.iterate(
    `SELECT name, "notnull" FROM pragma_table_xinfo(${literal(table)}, 'main') ORDER BY cid`,
  );
  return [...columns].map(([name, notNull]) => ({
    name: String(name),
    nullable: notNull === 0n,
    parents: keys.filter(([from]) => from === name).map(([, parent]) => foldName(String(parent))),
  }));
}

/** In one pass. */
function countValues(port: QueryPort, table: string, columns: readonly string[]): number[] {
  const counts = columns.map((column) => `count(${identifier(column)})`).join(', ');
  const [row = []]: QueryRow[] = [...port.iterate(`SELECT ${counts} FROM main.${identifier(table)}`)];
  return row.map(Number);
}

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;
