import { isDeepStrictEqual } from 'node:util';
import { DrydockError, invariant } from '../errors.ts';
import { withColumnType } from '../schema/column-type.ts';
import { quoteName, quoteText, sameName } from '../schema/quote.ts';
import { assertStillCompiles, compileDependents } from './dependents.ts';
import type { StoredColumn, StoredTable } from './lookups.ts';
import { findTable, numberFrom, requireTable, tableColumns } from './lookups.ts';
import { columnList, rowIdentity } from './row-identity.ts';
import type { SqlPort } from './sql-port.ts';

/**
 * One row of sqlite_schema, without the root page, which a rebuild changes of course. The rows without SQL are the indexes
 * that SQLite makes for constraints: they follow from the table's text, and INT PRIMARY KEY has one that INTEGER has not.
 */
interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string;
}

/**
 * Changes the declared type of a column by rebuilding its table, and keeps everything else: the rest of the CREATE TABLE
 * text to the character, rows and rowids, indexes, triggers here and elsewhere, views, foreign keys that point here,
 * the AUTOINCREMENT counter and the statistics of ANALYZE. It proves so before it returns, or throws.
 *
 * The steps are those of https://sqlite.org/lang_altertable.html ("Making Other Kinds Of Table Schema Changes") with
 * one difference: there the new table is made under another name and renamed, which puts its name in quotes in
 * sqlite_schema and loses its statistics. Here the old table steps aside and the new one is made under the true name,
 * from the stored text. That page warns of this order, because RENAME follows references from other tables, triggers
 * and views; with legacy_alter_table on and foreign_keys off it follows none of them, and the comparison of all of
 * sqlite_schema at the end would show it if it had.
 *
 * @throws {DrydockError} Where a value would change with the type, or SQLite did anything that was not asked for.
 */
export function rebuildWithColumnType(port: SqlPort, tableName: string, column: string, type: string): void {
  // With enforcement on, DROP TABLE deletes the rows first, and ON DELETE CASCADE empties the children.
  // Read through SELECT, because a revision, whose port this is, may not use the pragma itself.
  const enforced = numberFrom(port, 'SELECT foreign_keys FROM pragma_foreign_keys');
  invariant(enforced === 0, 'a table is rebuilt with foreign_keys on');
  const table = requireTable(port, tableName);
  const newSql = withColumnType(table.sql, column, type);
  if (newSql === table.sql) return;

  const aside = `drydock_rebuild_${table.name}`;
  assertNameIsFree(port, aside);
  assertNothingTemporary(port, table.name);
  const schemaBefore = schemaRows(port);
  const columnsBefore = tableColumns(port, table.name);
  const attached = attachedSql(port, table.name);
  const compiledBefore = compileDependents(port);

  renameAside(port, table.name, aside);
  port.run(newSql);
  assertOnlyTypeDiffers(columnsBefore, tableColumns(port, table.name), column);
  copyRows(port, table, aside);
  assertSameCount(port, table.name, aside);
  assertSameValues(port, table, aside, { column, type });
  keepSequence(port, table.name, aside);
  port.run(`DROP TABLE main.${quoteName(aside)}`);
  for (const sql of attached) port.run(sql);

  assertSchemaIs(expectedSchema(schemaBefore, table.name, newSql), schemaRows(port));
  assertStillCompiles(compiledBefore, compileDependents(port));
}

function renameAside(port: SqlPort, table: string, aside: string): void {
  // https://sqlite.org/pragma.html#pragma_legacy_alter_table
  const legacy = numberFrom(port, 'PRAGMA legacy_alter_table');
  port.run('PRAGMA legacy_alter_table = ON');
  try {
    port.run(`ALTER TABLE main.${quoteName(table)} RENAME TO ${quoteName(aside)}`);
  } finally {
    port.run(`PRAGMA legacy_alter_table = ${legacy}`);
  }
}

function copyRows(port: SqlPort, table: StoredTable, aside: string): void {
  const columns = columnList(port, table);
  // OR ABORT outranks the ON CONFLICT clauses of the table itself, which could skip, replace or roll back.
  port.run(
    `INSERT OR ABORT INTO main.${quoteName(table.name)} (${columns}) SELECT ${columns} FROM main.${quoteName(aside)}`,
  );
}

function assertSameCount(port: SqlPort, table: string, aside: string): void {
  const copied = numberFrom(port, `SELECT count(*) FROM main.${quoteName(table)}`);
  const expected = numberFrom(port, `SELECT count(*) FROM main.${quoteName(aside)}`);
  if (copied === expected) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `the rebuild of ${table} copied ${copied} of ${expected} rows`,
  });
}

/** A new affinity converts what it can, silently: '007' becomes 7. https://sqlite.org/datatype3.html#type_affinity */
function assertSameValues(
  port: SqlPort,
  table: StoredTable,
  aside: string,
  change: { readonly column: string; readonly type: string },
): void {
  const column = quoteName(change.column);
  const sameRow = rowIdentity(port, table).map((key) => `fresh.${key} = stale.${key}`);
  const changed = numberFrom(
    port,
    `SELECT count(*) FROM main.${quoteName(aside)} AS stale WHERE NOT EXISTS (
       SELECT 1 FROM main.${quoteName(table.name)} AS fresh WHERE ${sameRow.join(' AND ')}
         AND fresh.${column} IS stale.${column} COLLATE BINARY AND typeof(fresh.${column}) = typeof(stale.${column}))`,
  );
  if (changed === 0) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `${changed} values of ${table.name}.${change.column} would change if its type became ${change.type}`,
    next: 'Convert them explicitly in the revision, in a column of the new type, so that the conversion is your choice',
  });
}

/** RENAME moved the counter along with the old table; it belongs to the new one, whatever the copy made of it. */
function keepSequence(port: SqlPort, table: string, aside: string): void {
  // The table exists once any table of the file has AUTOINCREMENT. https://sqlite.org/autoinc.html
  if (findTable(port, 'sqlite_sequence') === undefined) return;
  port.run('DELETE FROM main.sqlite_sequence WHERE name = ?', table);
  port.run('UPDATE main.sqlite_sequence SET name = ? WHERE name = ?', table, aside);
}

/** SQL of the table's indexes and triggers, in the order of their making, which is what triggers fire by. */
function attachedSql(port: SqlPort, table: string): string[] {
  const rows = port.all(
    `SELECT sql FROM main.sqlite_schema WHERE type IN ('index', 'trigger') AND tbl_name = ? COLLATE NOCASE
       AND sql IS NOT NULL ORDER BY rowid`,
    table,
  );
  return rows.map(({ sql }) => String(sql));
}

function schemaRows(port: SqlPort): SchemaRow[] {
  return port
    .all('SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name')
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
  if (isDeepStrictEqual(expected, actual)) return;
  const odd = actual.find((row) => !expected.some((other) => isDeepStrictEqual(row, other)));
  throw new DrydockError('REVISION_FAILED', {
    what: `the rebuild changed more of the schema than it was asked to: ${odd?.type ?? 'an object'} ${odd?.name ?? 'is gone'}`,
  });
}

/** The parser placed the type; this is SQLite's own reading of the result. */
function assertOnlyTypeDiffers(before: readonly StoredColumn[], after: readonly StoredColumn[], name: string): void {
  const expected = before.map((column) =>
    sameName(column.name, name) ? { ...column, type: after.find((other) => other.name === column.name)?.type } : column,
  );
  if (isDeepStrictEqual(expected, after)) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `Drydock and SQLite read the new CREATE TABLE differently: ${JSON.stringify(after)}`,
  });
}

function assertNameIsFree(port: SqlPort, name: string): void {
  const taken = numberFrom(port, 'SELECT count(*) FROM main.sqlite_schema WHERE name = ? COLLATE NOCASE', name);
  if (taken === 0) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `the rebuild needs the name ${quoteText(name)}, and something in the database has it`,
    next: 'Rename or drop that first',
  });
}

/** A temporary table would catch the unqualified names in stored SQL; a temporary trigger would go with the old table. */
function assertNothingTemporary(port: SqlPort, table: string): void {
  for (const { type, name } of port.all(
    'SELECT type, name FROM temp.sqlite_schema WHERE tbl_name = ? COLLATE NOCASE',
    table,
  )) {
    throw new DrydockError('REVISION_FAILED', {
      what: `${table} cannot be rebuilt beside the temporary ${type} ${name}`,
      next: 'Drop it in the revision before the rebuild',
    });
  }
}
