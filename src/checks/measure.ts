import { codeOf, invariant, messageOf } from '../errors.ts';
import type { ForeignKeyPair, ForeignKeyViolations, Measurement, Statistic } from './measurement.ts';
import { firstValue, type QueryPort } from './query-port.ts';
import { readStatistics } from './statistics.ts';

const maxProblems = 100;
const maxKeys = 10_000;

/** Written by every run, so that their rows say nothing about the user's data. */
const bookkeeping = new Set(['alembic_version', 'drydock_history']);

const unmeasured: Omit<Measurement, 'integrity'> = {
  foreignKeys: { pairs: [], keys: [], complete: true, unusable: [] },
  rows: {},
  statistics: [],
};

/**
 * Measures all of it. Reads the whole file, so it takes as long as that takes. Of a damaged file only the damage is
 * told: what its tables seem to hold means nothing.
 */
export function measure(port: QueryPort, statistics: readonly Statistic[]): Measurement {
  const integrity = checkIntegrity(port);
  if (integrity.length > 0) return { ...unmeasured, integrity };
  return {
    integrity,
    foreignKeys: findForeignKeyViolations(port),
    rows: countRows(port),
    statistics: readStatistics(port, statistics),
  };
}

/** @returns The problems that SQLite finds when it reads all of the file, 100 at most. Empty: sound. */
export function checkIntegrity(port: QueryPort): string[] {
  return readProblems(port, `PRAGMA main.integrity_check(${maxProblems})`);
}

/** The same without comparing indexes with their tables: several times as fast, and it finds less. */
export function quickCheck(port: QueryPort): string[] {
  return readProblems(port, `PRAGMA main.quick_check(${maxProblems})`);
}

/** Counts every orphan row, whatever their number, and keeps the first 10,000 by name. */
export function findForeignKeyViolations(port: QueryPort): ForeignKeyViolations {
  const pairs = new Map<string, ForeignKeyPair>();
  const keys: string[] = [];
  const unusable: string[] = [];
  let total = 0;
  // Table by table: a foreign key that SQLite cannot check would otherwise hide the violations of all others.
  for (const table of ordinaryTables(port)) {
    try {
      for (const { rowid, parent } of orphans(port, table)) {
        const key = JSON.stringify([table, parent]);
        pairs.set(key, { table, parent, rows: (pairs.get(key)?.rows ?? 0) + 1 });
        if (keys.length < maxKeys) keys.push(`${table}|${rowid ?? ''}|${parent}`);
        total += 1;
      }
    } catch (error) {
      if (!messageOf(error).startsWith('foreign key mismatch')) throw error;
      unusable.push(messageOf(error));
    }
  }
  return { pairs: [...pairs.values()], keys, complete: keys.length === total, unusable };
}

/** Counts the rows of every ordinary table of the main database, without Drydock's and Alembic's own. */
export function countRows(port: QueryPort): Record<string, number> {
  const counts = ordinaryTables(port)
    .filter((table) => !bookkeeping.has(table.toLowerCase()))
    .map((table) => [table, countOf(port, table)]);
  return Object.fromEntries(counts);
}

function countOf(port: QueryPort, table: string): number {
  const count = firstValue(port, `SELECT count(*) FROM main.${quoteIdentifier(table)}`);
  invariant(typeof count === 'bigint' && count <= Number.MAX_SAFE_INTEGER, `count(*) of ${table} gave ${count}`);
  return Number(count);
}

/** Reads a check's lines. Damage that stops the check itself is the last of its findings. */
function readProblems(port: QueryPort, pragma: string): string[] {
  const problems: string[] = [];
  try {
    for (const [finding] of port.iterate(pragma)) problems.push(...String(finding).split('\n'));
  } catch (error) {
    if (!/^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error))) throw error;
    problems.push(messageOf(error));
  }
  // A heading is no finding, and would be the one that an error quotes.
  return problems.filter((problem) => problem !== 'ok' && !/^\*{3} in database /.test(problem)).slice(0, maxProblems);
}

/** Neither SQLite's own tables nor views, virtual tables and the shadow tables behind those. Sorted. */
export function ordinaryTables(port: QueryPort): string[] {
  return [...port.iterate('PRAGMA main.table_list')]
    .map(([schema, name, type]) => ({ schema: String(schema), name: String(name), type: String(type) }))
    .filter(({ schema, name, type }) => schema === 'main' && type === 'table' && !/^sqlite_/i.test(name))
    .map(({ name }) => name)
    .sort();
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
