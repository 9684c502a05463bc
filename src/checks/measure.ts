import type { Statistic } from '../config/statistic.ts';
import { DrydockError, invariant, isDamage, messageOf } from '../errors.ts';
import { firstValue, type QueryPort } from '../files/query-port.ts';
import { checkIntegrity, quickCheck } from './integrity.ts';
import type { ForeignKeyPair, ForeignKeyViolations, Measurement, UnusableForeignKey } from './measurement.ts';
import { readStatistics } from './statistics.ts';

const maxKeys = 10_000;

/** Every run writes to these, so their rows say nothing about the user's data. */
const bookkeeping = new Set(['alembic_version', 'drydock_history']);

/** What is known of a damaged file: what its tables seem to contain means nothing. */
export function damaged(integrity: readonly string[]): Measurement {
  const foreignKeys = { pairs: [], keys: [], complete: true, unusable: [] };
  return { integrity, brokenConstraints: [], foreignKeys, rows: {}, statistics: [] };
}

/** Measures everything, reading the whole file. For a damaged file the result has only the damage. */
export function measure(port: QueryPort, statistics: readonly Statistic[]): Measurement {
  return measureWith(checkIntegrity, port, statistics);
}

/** As {@link measure}, with quick_check in the place of integrity_check. */
export function measureStructure(port: QueryPort, statistics: readonly Statistic[]): Measurement {
  return measureWith(quickCheck, port, statistics);
}

function measureWith(check: typeof checkIntegrity, port: QueryPort, statistics: readonly Statistic[]): Measurement {
  const { damage, brokenConstraints } = check(port);
  if (damage.length > 0) return damaged(damage);
  return unlessDamaged(() => ({
    integrity: [],
    brokenConstraints,
    foreignKeys: findForeignKeyViolations(port),
    rows: countRows(port),
    statistics: readStatistics(port, statistics),
  }));
}

/** Damage that a check misses, or reports as a violated constraint, may still stop another read. */
export function unlessDamaged(read: () => Measurement): Measurement {
  try {
    return read();
  } catch (error) {
    if (!isDamage(error)) throw error;
    return damaged([messageOf(error)]);
  }
}

/** Counts all orphan rows of these tables, and lists the first 10,000. */
export function findForeignKeyViolations(
  port: QueryPort,
  children: readonly string[] = ordinaryTables(port),
): ForeignKeyViolations {
  const pairs = new Map<string, ForeignKeyPair>();
  const keys: string[] = [];
  const unusable: UnusableForeignKey[] = [];
  let total = 0;
  // Table by table: a foreign key that SQLite cannot check would otherwise hide the violations of all others.
  for (const table of children) {
    try {
      for (const { rowid, parent } of orphans(port, table)) {
        const key = JSON.stringify([table, parent]);
        pairs.set(key, { table, parent, rows: (pairs.get(key)?.rows ?? 0) + 1 });
        if (keys.length < maxKeys) keys.push(`${table}|${rowid ?? ''}|${parent}`);
        total += 1;
      }
    } catch (error) {
      if (!messageOf(error).startsWith('foreign key mismatch')) throw error;
      unusable.push({ table, fault: messageOf(error) });
    }
  }
  return { pairs: [...pairs.values()], keys, complete: keys.length === total, unusable };
}

/**
 * Counts the rows of every table of the main database that stores rows, except Drydock's and Alembic's own: ordinary
 * tables, and virtual tables that store their rows in a shadow table, such as a full-text index with content.
 */
export function countRows(port: QueryPort, isWanted: (table: string) => boolean = () => true): Record<string, number> {
  return countEach(port, (table) => `SELECT count(*) FROM ${table}`, isWanted);
}

/** As {@link countRows}, but counts each table only up to `most`, so that it is fast. */
export function countRowsUpTo(port: QueryPort, most: number): Record<string, number> {
  return countEach(port, (table) => `SELECT count(*) FROM (SELECT 1 FROM ${table} LIMIT ${most})`);
}

function countEach(
  port: QueryPort,
  queryOf: (table: string) => string,
  isWanted: (table: string) => boolean = () => true,
): Record<string, number> {
  const tables = tablesOf(port);
  const own = tables
    .filter(({ type }) => type === 'virtual')
    .flatMap(({ name }) => {
      // https://sqlite.org/fts5.html#external_content_tables, https://sqlite.org/rtree.html#using_r_trees
      const names = [`${name}_content`, `${name}_rowid`];
      const behind = tables.find((table) => table.type === 'shadow' && names.includes(table.name));
      return behind === undefined ? [] : [{ table: name, rowsIn: behind.name }];
    });
  const counts = ordinary(tables)
    .filter((table) => !bookkeeping.has(table.toLowerCase()))
    .map((table) => ({ table, rowsIn: table }))
    .concat(own)
    .filter(({ table }) => isWanted(table))
    .map(({ table, rowsIn }) => [table, countOf(port, queryOf(`main.${quoteIdentifier(rowsIn)}`))]);
  return Object.fromEntries(counts);
}

function countOf(port: QueryPort, query: string): number {
  const count = firstValue(port, query);
  invariant(typeof count === 'bigint' && count <= Number.MAX_SAFE_INTEGER, `${query} gave ${count}`);
  return Number(count);
}

/** All tables but SQLite's own, views, virtual tables and their shadow tables. Sorted. */
export function ordinaryTables(port: QueryPort): string[] {
  return ordinary(tablesOf(port));
}

function ordinary(tables: readonly StoredTable[]): string[] {
  return tables
    .filter(({ name, type }) => type === 'table' && !/^sqlite_/i.test(name))
    .map(({ name }) => name)
    .sort();
}

export interface StoredTable {
  readonly name: string;
  /** From `PRAGMA table_list`: `table`, `view`, `virtual`, `shadow`. */
  readonly type: string;
}

export function tablesOf(port: QueryPort): StoredTable[] {
  return [...port.iterate('PRAGMA main.table_list')]
    .filter(([schema]) => schema === 'main')
    .map(([, name, type]) => ({ name: requireText(String(name)), type: String(type) }));
}

/** SQLite returns invalid UTF-8 as U+FFFD, and finds no table by that name. */
function requireText(table: string): string {
  if (!table.includes('\uFFFD')) return table;
  throw new DrydockError('PREFLIGHT', {
    what: `The name of the table ${table} is not UTF-8, so the table cannot be accessed by it`,
    state: 'Nothing was changed',
    next: 'Rename the table with ALTER TABLE, in the program that created it',
  });
}

interface Orphan {
  /** Null in a WITHOUT ROWID table. */
  readonly rowid: unknown;
  readonly parent: string;
}

function* orphans(port: QueryPort, table: string): Generator<Orphan, void, undefined> {
  const check = `PRAGMA main.foreign_key_check(${quoteIdentifier(table)})`;
  for (const [, rowid, parent] of port.iterate(check)) yield { rowid, parent: String(parent) };
}

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
