/**
 * Measures the result of a run: the structure of the whole file, and the content of the tables that the run could have
 * written. The rest is what the snapshot has; see docs/decisions/0011-the-written-set.md for what this does not see.
 */
import type { Statistic } from '../config/statistic.ts';
import type { QueryPort } from '../files/query-port.ts';
import { checkTable, quickCheck } from './integrity.ts';
import {
  countWritten,
  damaged,
  findForeignKeyViolations,
  measure,
  ordinaryTables,
  tablesOf,
  unlessDamaged,
} from './measure.ts';
import type { MeasuredAfter } from './measurement.ts';
import { readStatistics } from './statistics.ts';
import { statisticsToRead } from './statistics-to-read.ts';
import { keyOf, type Written } from './written.ts';

export function measureAfter(port: QueryPort, statistics: readonly Statistic[], written: Written): MeasuredAfter {
  if (written.kind === 'every table') return everything(port, statistics, written.because);
  const tables = writtenTables(port, written.tables);
  if (ordinaryTables(port).every((table) => tables.includes(table)))
    return everything(port, statistics, 'the run wrote to every table');
  const structure = quickCheck(port);
  if (structure.damage.length > 0) return { written, children: [], measurement: damaged(structure.damage) };
  for (const table of tables) {
    const damage = checkTable(port, table);
    if (damage === 'undecided') return everything(port, statistics, `the check of ${table} alone decided nothing`);
    if (damage.length > 0) return { written, children: [], measurement: damaged(damage) };
  }
  const children = childrenOf(port, written.tables);
  const measurement = unlessDamaged(() => ({
    integrity: [],
    brokenConstraints: structure.brokenConstraints,
    foreignKeys: findForeignKeyViolations(port, children),
    rows: numbersOf(countWritten(port, written)),
    statistics: readStatistics(port, statisticsToRead(port, statistics, written)),
  }));
  return { written, children, measurement };
}

function everything(port: QueryPort, statistics: readonly Statistic[], because: string): MeasuredAfter {
  const measurement = measure(port, statistics);
  return { written: { kind: 'every table', because }, children: [], measurement };
}

/** Those that exist. Not a view, of which integrity_check says ok without looking at anything. */
function writtenTables(port: QueryPort, written: readonly string[]): string[] {
  const keys = new Set(written.map(keyOf));
  return tablesOf(port)
    .filter(({ name, type }) => type !== 'view' && keys.has(keyOf(name)))
    .map(({ name }) => name);
}

/** The tables whose foreign keys may have been broken: those written, and those that refer to one that was. */
function childrenOf(port: QueryPort, written: readonly string[]): string[] {
  const parents = new Set(written.map(keyOf));
  const children = new Set(parents);
  const references = port.iterate(
    `SELECT t.name, f."table" FROM main.sqlite_schema AS t, pragma_foreign_key_list(t.name, 'main') AS f
     WHERE t.type = 'table' AND t.sql NOT LIKE 'CREATE VIRTUAL%'`,
  );
  for (const [child, parent] of references) {
    if (parents.has(keyOf(String(parent)))) children.add(keyOf(String(child)));
  }
  return ordinaryTables(port).filter((table) => children.has(keyOf(table)));
}

function numbersOf(rows: ReturnType<typeof countWritten>): Record<string, number> {
  return Object.fromEntries(Object.entries(rows).flatMap(([table, count]) => (count === null ? [] : [[table, count]])));
}
