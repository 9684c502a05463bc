/**
 * Measures the result of a run: the structure of the whole file, and the content of the tables that the run could have
 * written. The rest is what the snapshot has; see docs/decisions/0011-the-written-set.md for what this does not see.
 */
import type { Statistic } from '../config/statistic.ts';
import type { QueryPort } from '../files/query-port.ts';
import { foldName } from '../schema/names.ts';
import { checkTable, quickCheck } from './integrity.ts';
import {
  countRows,
  damaged,
  findForeignKeyViolations,
  measure,
  ordinaryTables,
  tablesOf,
  unlessDamaged,
} from './measure.ts';
import type { MeasuredAfter, RowsLeft } from './measurement.ts';
import { readStatistics } from './statistics.ts';
import { statisticsToRead } from './statistics-to-read.ts';
import type { Written } from './written.ts';

export function measureAfter(port: QueryPort, statistics: readonly Statistic[], written: Written): MeasuredAfter {
  if (written.kind === 'every table') return everything(port, statistics, written.because);
  const keys = new Set(written.tables.map(foldName));
  const isWritten = (table: string) => keys.has(foldName(table));
  if (ordinaryTables(port).every(isWritten)) return everything(port, statistics, 'the run wrote to every table');
  const structure = quickCheck(port);
  if (structure.damage.length > 0) return { written, children: [], measurement: damaged(structure.damage) };
  for (const table of writtenTables(port, isWritten)) {
    const damage = checkTable(port, table);
    if (damage === 'undecided') return everything(port, statistics, `the check of ${table} alone decided nothing`);
    if (damage.length > 0) return { written, children: [], measurement: damaged(damage) };
  }
  const children = childrenOf(port, isWritten);
  const measurement = unlessDamaged(() => ({
    integrity: [],
    brokenConstraints: structure.brokenConstraints,
    foreignKeys: findForeignKeyViolations(port, children),
    rows: countRows(port, isWritten),
    statistics: readStatistics(port, statisticsToRead(port, statistics, written)),
  }));
  return { written, children, measurement };
}

/** Counts what was written. */
export function countWritten(port: QueryPort, written: Written): RowsLeft {
  if (written.kind === 'every table') return countRows(port);
  if (written.tables.length === 0) return {};
  const keys = new Set(written.tables.map(foldName));
  const gone = Object.fromEntries(written.tables.map((table) => [table, null]));
  return { ...gone, ...countRows(port, (table) => keys.has(foldName(table))) };
}

function everything(port: QueryPort, statistics: readonly Statistic[], because: string): MeasuredAfter {
  const measurement = measure(port, statistics);
  return { written: { kind: 'every table', because }, children: [], measurement };
}

/** Those that exist. Not a view, of which integrity_check says ok without looking at anything. */
function writtenTables(port: QueryPort, isWritten: (table: string) => boolean): string[] {
  return tablesOf(port)
    .filter(({ name, type }) => type !== 'view' && isWritten(name))
    .map(({ name }) => name);
}

/** The tables whose foreign keys may have been broken: those written, and those that refer to one that was. */
function childrenOf(port: QueryPort, isWritten: (table: string) => boolean): string[] {
  const referring = new Set<string>();
  const references = port.iterate(
    `SELECT t.name, f."table" FROM main.sqlite_schema AS t, pragma_foreign_key_list(t.name, 'main') AS f
     WHERE t.type = 'table' AND t.sql NOT LIKE 'CREATE VIRTUAL%'`,
  );
  for (const [child, parent] of references) {
    if (isWritten(String(parent))) referring.add(String(child));
  }
  return ordinaryTables(port).filter((table) => isWritten(table) || referring.has(table));
}
