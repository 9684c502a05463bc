import { isDeepStrictEqual } from 'node:util';
import { codeOf, DrydockError, invariant } from '../errors.ts';
import { hasAutoincrement } from '../schema/edit/edit-constraints.ts';
import { parseTable } from '../schema/edit/edit-table.ts';
import { differsOnlyInQuotes, placeOfQuotedText } from '../schema/edit/text-in-quotes.ts';
import { quoteName, quoteText } from '../schema/quote.ts';
import { requireFit, requireSense } from './constraint-errors.ts';
import type { StoredTable } from './lookups.ts';
import { findTable, numberFrom } from './lookups.ts';
import { copyAside, qualifiesColumns } from './move-old-table.ts';
import { assertSameRows, copyMapping, copyRows } from './rebuild-copy.ts';
import type { SqlPort } from './sql-port.ts';
import { onlyTried } from './sql-port.ts';
import { requireText, storedAsHere } from './stored-text.ts';
import type { TablePlan } from './table-plan.ts';

/**
 * One row of sqlite_schema, without the root page, which a rebuild always changes. Rows without SQL are the indexes that
 * SQLite makes for constraints: they follow from the table's text, and INT PRIMARY KEY has one that INTEGER has not.
 */
interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string;
}

/**
 * Rebuilds a table from a new CREATE TABLE text, and keeps everything that the plan does not change: the rest of the text to
 * the character, rows and rowids, indexes, triggers on this and other tables, views, foreign keys that refer to this table,
 * the AUTOINCREMENT counter and the statistics of ANALYZE. It verifies this before it returns, or throws.
 *
 * The steps are those of https://sqlite.org/lang_altertable.html ("Making Other Kinds Of Table Schema Changes") with one
 * difference. SQLite's procedure makes the new table under another name and renames it, which puts its name in quotes in
 * sqlite_schema and loses its statistics. Here the old table is renamed and the new one is made under its final name, from
 * the stored text. SQLite's page warns against this order, because RENAME follows references from other tables, triggers and
 * views. With legacy_alter_table on and foreign_keys off it follows none, and the final comparison of all of sqlite_schema
 * would detect it if it did. A table that RENAME cannot move is copied instead.
 *
 * @throws {DrydockError} If a row violates the new definition, a value would change that the plan does not convert, or
 *   SQLite changed anything else.
 */
export function rebuild(port: SqlPort, table: StoredTable, plan: TablePlan): void {
  // With enforcement on, DROP TABLE first deletes the rows, and ON DELETE CASCADE empties the child tables. Read through
  // SELECT, because a revision, whose port this is, may not use the pragma itself.
  const enforced = numberFrom(port, 'SELECT foreign_keys FROM pragma_foreign_keys');
  invariant(enforced === 0, 'a table is rebuilt with foreign_keys on');
  const aside = `drydock_rebuild_${table.name}`;
  assertNameIsFree(port, aside);
  assertNothingTemporary(port, table.name);
  const schemaBefore = schemaRows(port);
  const attached = attachedSql(port, table.name);
  requireText(table.name, [table.sql, ...attached]);
  port.later?.({
    holds: storedAsHere(port, table.name),
    problem: `table ${table.name}, its indexes or its triggers differ from those that this script was written for: generate it again from this database`,
  });

  if (qualifiesColumns(table, attached) || !renamed(port, table.name, aside)) copyAside(port, table, aside);
  const rebuilt = { table: table.name, aside, plan };
  const mapping = requireSense(`the new definition of ${table.name}`, () => {
    port.run(plan.table.sql);
    const found = copyMapping(port, rebuilt);
    copyRows(port, rebuilt, found);
    return found;
  });
  assertSameRows(port, rebuilt, mapping);
  keepSequence(port, table, aside, plan);
  port.run(`DROP TABLE main.${quoteName(aside)}`);
  for (const sql of attached) requireFit(table.name, sql, () => port.run(sql));

  assertSchemaIs(expectedSchema(schemaBefore, table.name, plan.table.sql), schemaRows(port));
}

/**
 * Whether SQLite can drop nothing in place, since it cannot read the whole schema: it takes text in double quotes in a table
 * or an index for a column, or a trigger writes to a virtual table whose module is missing.
 */
export function cannotReadSchema(port: SqlPort, table: string): boolean {
  const suspects = `SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%'
    OR (type IN ('table', 'index') AND sql LIKE '%"%'))`;
  if (numberFrom(port, suspects) === 0) return false;
  const rename = `ALTER TABLE main.${quoteName(table)} RENAME TO ${quoteName(`drydock_rebuild_${table}`)}`;
  return onlyTried(port, () => {
    try {
      withLegacyAlter(port, 'OFF', () => port.run(rename));
      return false;
    } catch (error) {
      if (!codeOf(error).startsWith('SQLITE_ERROR')) throw error;
      return true;
    }
  });
}

/** @returns False if it cannot be, since SQLite takes text in double quotes for a column. */
function renamed(port: SqlPort, table: string, aside: string): boolean {
  try {
    withLegacyAlter(port, 'ON', () => port.run(`ALTER TABLE main.${quoteName(table)} RENAME TO ${quoteName(aside)}`));
    return true;
  } catch (error) {
    if (placeOfQuotedText(error) === undefined) throw error;
    return false;
  }
}

/** Runs `work` with legacy_alter_table set. https://sqlite.org/pragma.html#pragma_legacy_alter_table */
export function withLegacyAlter<T>(port: SqlPort, legacy: 'ON' | 'OFF', work: () => T): T {
  const before = numberFrom(port, 'PRAGMA legacy_alter_table');
  port.run(`PRAGMA legacy_alter_table = ${legacy}`);
  try {
    return work();
  } finally {
    port.run(`PRAGMA legacy_alter_table = ${before}`);
  }
}

/** Renaming the old table moved its counter along; the new table gets it back, whatever the copy set. */
function keepSequence(port: SqlPort, table: StoredTable, aside: string, plan: TablePlan): void {
  // The table exists as soon as any table in the file has used AUTOINCREMENT. https://sqlite.org/autoinc.html
  if (findTable(port, 'sqlite_sequence') === undefined) return;
  const [before, after] = [hasAutoincrement(parseTable(table.sql)), hasAutoincrement(plan.table)];
  if (before || !after) port.run('DELETE FROM main.sqlite_sequence WHERE name = ?', table.name);
  if (after) port.run('UPDATE main.sqlite_sequence SET name = ? WHERE name = ?', table.name, aside);
  else port.run('DELETE FROM main.sqlite_sequence WHERE name = ?', aside);
}

/** SQL of the table's indexes and triggers in creation order, which is the order in which triggers fire. */
function attachedSql(port: SqlPort, table: string): string[] {
  const rows = port.all(
    `SELECT sql FROM main.sqlite_schema WHERE type IN ('index', 'trigger') AND tbl_name = ? COLLATE NOCASE
       AND sql IS NOT NULL ORDER BY rowid`,
    table,
  );
  return rows.map(({ sql }) => String(sql));
}

function schemaRows(port: SqlPort): SchemaRow[] {
  // sqlite_sequence appears with a file's first AUTOINCREMENT.
  return port
    .all(
      `SELECT type, name, tbl_name, sql FROM main.sqlite_schema
         WHERE sql IS NOT NULL AND name <> 'sqlite_sequence' ORDER BY type, name`,
    )
    .map(({ type, name, tbl_name, sql }) => ({
      type: String(type),
      name: String(name),
      tbl_name: String(tbl_name),
      sql: String(sql),
    }));
}

function expectedSchema(before: readonly SchemaRow[], table: string, sql: string): SchemaRow[] {
  return before.map((row) => (row.type === 'table' && row.name === table ? { ...row, sql } : row));
}

function assertSchemaIs(expected: readonly SchemaRow[], actual: readonly SchemaRow[]): void {
  const asCreated = expected.map((row) => {
    const now = actual.find(({ type, name }) => type === row.type && name === row.name);
    return now !== undefined && differsOnlyInQuotes(row.sql, now.sql) ? { ...row, sql: now.sql } : row;
  });
  if (isDeepStrictEqual(asCreated, actual)) return;
  const odd = actual.find((row) => !expected.some((other) => isDeepStrictEqual(row, other)));
  throw new DrydockError('REVISION_FAILED', {
    what: `the rebuild changed more of the schema than it was asked to: ${odd?.type ?? 'an object'} ${odd?.name ?? 'is gone'}`,
  });
}

function assertNameIsFree(port: SqlPort, name: string): void {
  const taken = numberFrom(port, 'SELECT count(*) FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE', name);
  if (taken === 0) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `the rebuild needs the name ${quoteText(name)}, which is taken in the database`,
    next: 'Rename or drop that first',
  });
}

/**
 * A temporary table would capture unqualified names in the stored SQL; a temporary trigger would be dropped with the old
 * table.
 */
function assertNothingTemporary(port: SqlPort, table: string): void {
  for (const { type, name } of port.all(
    'SELECT type, name FROM temp.sqlite_schema WHERE tbl_name = ? COLLATE NOCASE',
    table,
  )) {
    throw new DrydockError('REVISION_FAILED', {
      what: `${table} cannot be rebuilt while the temporary ${type} ${name} exists`,
      next: 'Drop it in the revision before the rebuild',
    });
  }
}
