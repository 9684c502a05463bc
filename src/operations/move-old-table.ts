/** Moves the old table out of the way if SQLite cannot rename it. */
import { constraintsOf, withoutConstraint } from '../schema/edit/edit-constraints.ts';
import type { TableText } from '../schema/edit/edit-table.ts';
import { parseTable } from '../schema/edit/edit-table.ts';
import { textAt, wordsOf } from '../schema/edit/edit-text.ts';
import { sameName } from '../schema/names.ts';
import { unquoted } from '../schema/normalise/normalise.ts';
import { quoteName } from '../schema/quote.ts';
import type { StoredTable } from './lookups.ts';
import { findTable } from './lookups.ts';
import { assertSameRows, copyMapping, copyRows } from './rebuild-copy.ts';
import type { SqlPort } from './sql-port.ts';
import { planFor } from './table-plan.ts';

/**
 * Whether a CHECK or a partial index qualifies a column with the table's name, as in `CHECK (t.a > 0)`. With
 * legacy_alter_table, RENAME keeps that name, finds no such column and fails.
 */
export function qualifiesColumns(table: StoredTable, attached: readonly string[]): boolean {
  const indexes = attached.filter((sql) => /^CREATE\s+(?:UNIQUE\s+)?INDEX\b/i.test(sql));
  return [table.sql, ...indexes].some((sql) => hasQualifier(sql, table.name));
}

/**
 * Copies the table to the name that RENAME would have given it, verifies the copy and drops the table. The AUTOINCREMENT
 * counter moves as with RENAME, and the statistics survive, which DROP TABLE would delete.
 */
export function copyAside(port: SqlPort, table: StoredTable, aside: string): void {
  const plan = planFor(asideSql(table, aside));
  port.run(plan.table.sql);
  // Here the copy is the new table, and the table itself the old one.
  const copy = { table: aside, aside: table.name, plan };
  const mapping = copyMapping(port, copy);
  copyRows(port, copy, mapping);
  assertSameRows(port, copy, mapping);
  if (findTable(port, 'sqlite_sequence') !== undefined) {
    port.run('DELETE FROM main.sqlite_sequence WHERE name = ?', aside);
    port.run('UPDATE main.sqlite_sequence SET name = ? WHERE name = ?', aside, table.name);
  }
  renameStatistics(port, table.name, aside);
  port.run(`DROP TABLE main.${quoteName(table.name)}`);
  renameStatistics(port, aside, table.name);
}

/** ANALYZE stores its statistics under the table's name. https://sqlite.org/fileformat2.html#stat1tab */
export function renameStatistics(port: SqlPort, from: string, to: string): void {
  for (const statistics of ['sqlite_stat1', 'sqlite_stat4']) {
    if (findTable(port, statistics) === undefined) continue;
    port.run(`UPDATE main.${statistics} SET tbl = ? WHERE tbl = ?`, to, from);
  }
}

/** CHECKs are left out: they are what names the table, and rows may violate one that the new table no longer has. */
function asideSql(table: StoredTable, aside: string): string {
  const { sql, open } = withoutChecks(parseTable(table.sql));
  return `CREATE TABLE main.${quoteName(aside)} ${sql.slice(open)}`;
}

function withoutChecks(table: TableText): TableText {
  const check = constraintsOf(table).find(({ constraint: { node } }) => node.type.startsWith('Check'));
  return check === undefined ? table : withoutChecks(withoutConstraint(table, check));
}

function hasQualifier(sql: string, table: string): boolean {
  const words = wordsOf(sql);
  return words.some((word, at) => words[at + 1]?.kind === 'DOT' && sameName(unquoted(textAt(sql, word)), table));
}
