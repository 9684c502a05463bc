import { DrydockError, invariant } from '../errors.ts';
import { contentTableOf } from './full-text.ts';
import { foldName, includesName, sameName } from './names.ts';
import { indexOf, namesIn, triggerOf, viewOf, virtualTableOf } from './normalise/normalise-objects.ts';
import { tableOf } from './normalise/normalise-table.ts';
import type { Schema, Table } from './normalised.ts';

/** What reading a schema needs from a connection. */
export interface SchemaPort {
  all(sql: string): Record<string, unknown>[];
}

/** A row of sqlite_schema that has SQL. https://sqlite.org/schematab.html */
export interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string;
}

/** A schema as SQLite stores it. It can be sent between processes. */
export interface StoredSchema {
  readonly rows: readonly SchemaRow[];
  readonly facts: SchemaFacts;
}

/** SQLite's own description of the tables, to compare with the parsed SQL. */
export interface SchemaFacts {
  /** The tables behind virtual tables, which only their module understands. */
  readonly shadowTables: readonly string[];
  /** Folded column names of each ordinary table, in order, by table name. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
}

/** Written by every run, so not part of the user's schema. */
export const bookkeeping: readonly string[] = ['alembic_version', 'drydock_history'];

/**
 * Reads the schema of a connection's main database, without SQLite's own tables, Alembic's, Drydock's, and the shadow tables
 * of virtual tables.
 * @throws {DrydockError} FAULT if a stored statement cannot be parsed.
 */
export function readSchema(port: SchemaPort): Schema {
  return schemaOf(readStoredSchema(port));
}

/** All rows of sqlite_schema that have SQL, including bookkeeping. */
export function readStoredSchema(port: SchemaPort): StoredSchema {
  const rows = port.all(
    'SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid',
  );
  const stored = rows.map(({ type, name, tbl_name, sql }) => ({
    type: String(type),
    name: String(name),
    tbl_name: String(tbl_name),
    sql: String(sql),
  }));
  return { rows: stored, facts: readFacts(port, stored) };
}

/** Folded column names of each table, by table name; empty for a virtual table. Bookkeeping is left out. */
export function ownTables({ rows, facts }: StoredSchema): ReadonlyMap<string, readonly string[]> {
  const tables = rows.filter(({ type, name }) => type === 'table' && isOwn(name, facts));
  return new Map(tables.map(({ name }) => [name, facts.columns.get(name) ?? []]));
}

/**
 * Parses a stored schema.
 * @throws {DrydockError} FAULT if a stored statement cannot be parsed.
 */
export function schemaOf({ rows, facts }: StoredSchema): Schema {
  const own = rows.filter(({ name, tbl_name }) => isOwn(name, facts) && isOwn(tbl_name, facts));
  const ofType = (type: string) => own.filter((row) => row.type === type).sort(byName);
  const tables = ofType('table')
    .filter(({ sql }) => !isVirtual(sql))
    .map(({ name, sql }) => tableOf(name, sql));
  for (const table of tables) assertReadAsSqliteDoes(table, facts);
  const names = namesForText(own, tables);
  return {
    tables,
    indexes: ofType('index').map(({ name, tbl_name, sql }) => indexOf(name, tableNamed(tables, tbl_name), sql)),
    views: ofType('view').map(({ name, sql }) => viewOf(name, sql, names)),
    triggers: ofType('trigger').map(({ name, tbl_name, sql }) => triggerOf(name, tbl_name, sql, names)),
    virtualTables: ofType('table')
      .filter(({ sql }) => isVirtual(sql))
      .map(({ name, sql }) => virtualTableOf(name, sql)),
  };
}

/**
 * All names by which views and triggers can refer to something: what is in double quotes and none of these is text.
 * @returns Undefined if nothing is in double quotes there.
 */
function namesForText(rows: readonly SchemaRow[], tables: readonly Table[]): readonly string[] | undefined {
  const written = rows.filter(({ type }) => type === 'view' || type === 'trigger').map(({ sql }) => sql);
  if (!written.some((sql) => sql.includes('"'))) return undefined;
  return [
    ...rows.map(({ name }) => name),
    ...tables.flatMap(({ columns }) => columns.map(({ name }) => name)),
    ...rows.filter(({ sql }) => isVirtual(sql)).flatMap(({ sql }) => sql.match(/\w+/g) ?? []),
    ...written.flatMap(namesIn),
  ];
}

function readFacts(port: SchemaPort, rows: readonly SchemaRow[]): SchemaFacts {
  const shadows = port
    .all("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'")
    .map(({ name }) => String(name));
  // SQLite decides by name alone, and a full-text table with external content makes no <name>_content.
  const own = rows
    .filter(({ sql }) => isVirtual(sql) && contentTableOf(sql) !== undefined)
    .map(({ name }) => `${name}_content`);
  const columns = new Map<string, string[]>();
  // Virtual tables are left out: SQLite cannot list the columns of one whose module is not loaded.
  for (const { table, name } of port.all(
    `SELECT stored.name AS "table", described.name FROM main.sqlite_schema AS stored,
       pragma_table_xinfo(stored.name, 'main') AS described
     WHERE stored.type = 'table' AND stored.sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY stored.rowid, described.cid`,
  )) {
    columns.set(String(table), [...(columns.get(String(table)) ?? []), foldName(String(name))]);
  }
  return { shadowTables: shadows.filter((name) => !includesName(own, name)), columns };
}

/** Fails if SQLite reads a CREATE TABLE differently than the parser: then nothing may be concluded from the parse. */
function assertReadAsSqliteDoes(table: Table, facts: SchemaFacts): void {
  const columns = table.columns.map(({ name }) => foldName(name));
  const stored = facts.columns.get(table.name) ?? [];
  if (JSON.stringify(columns) === JSON.stringify(stored)) return;
  throw new DrydockError('FAULT', {
    what: `Drydock reads the columns ${columns.join(', ')} in ${JSON.stringify(table.sql)}, and SQLite reads ${stored.join(', ')}`,
    next: 'Report it: the statement above is all that is needed',
  });
}

function isOwn(name: string, { shadowTables }: SchemaFacts): boolean {
  return !/^sqlite_/i.test(name) && !includesName([...bookkeeping, ...shadowTables], name);
}

/** SQLite stores this beginning in upper case with single spaces. */
function isVirtual(sql: string): boolean {
  return /^CREATE VIRTUAL TABLE\b/i.test(sql);
}

function tableNamed(tables: readonly Table[], name: string): Table {
  const table = tables.find((other) => sameName(other.name, name));
  invariant(table !== undefined, `an index on ${JSON.stringify(name)}, which is no table`);
  return table;
}

function byName(one: SchemaRow, other: SchemaRow): number {
  return foldName(one.name) < foldName(other.name) ? -1 : 1;
}
