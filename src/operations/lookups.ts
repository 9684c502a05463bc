import { DrydockError } from '../errors.ts';
import type { SqlPort } from './sql-port.ts';

/** Questions about the schema as it is at this point of the revision. */
export interface LookupOperations {
  /**
   * Whether there is a table of this name; views do not count.
   * @example
   * if (!op.hasTable('tags')) op.createTable('tags', op.column.text('name'));
   */
  hasTable(name: string): boolean;

  /**
   * The columns in order, including generated ones.
   * @example
   * if (op.columnNames('people').includes('nickname')) op.dropColumn('people', 'nickname');
   */
  columnNames(table: string): string[];
}

export function lookupOperations(port: SqlPort): LookupOperations {
  return {
    hasTable: (name) => findTable(port, name) !== undefined,

    columnNames(table) {
      const { name } = requireTable(port, table);
      return tableColumns(port, name).map((column) => column.name);
    },
  };
}

/** A table as stored in sqlite_schema, in the spelling that created it. */
export interface StoredTable {
  readonly name: string;
  readonly sql: string;
}

/** A column as SQLite itself understood the CREATE TABLE. https://sqlite.org/pragma.html#pragma_table_xinfo */
export interface StoredColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly defaultSql: string | null;
  /** 1-based position in the primary key, or 0. */
  readonly primaryKey: number;
  readonly generated: boolean;
}

export function findTable(port: SqlPort, name: string): StoredTable | undefined {
  // NOCASE folds only ASCII letters, as SQLite does when it looks up a name.
  const sql = "SELECT name, sql FROM main.sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE";
  return port
    .all(sql, name)
    .map(({ name: stored, sql: text }): StoredTable => ({ name: String(stored), sql: String(text) }))[0];
}

export function requireTable(port: SqlPort, name: string): StoredTable {
  const table = findTable(port, name);
  if (table !== undefined) return table;
  throw new DrydockError('REVISION_FAILED', { what: `there is no table ${JSON.stringify(name)}` });
}

/** The columns of a table or view, in order. */
export function tableColumns(port: Pick<SqlPort, 'all'>, table: string): StoredColumn[] {
  const rows = port.all("SELECT * FROM pragma_table_xinfo(?, 'main') ORDER BY cid", table);
  return rows.map(({ name, type, notnull, dflt_value, pk, hidden }) => ({
    name: String(name),
    type: String(type),
    notNull: Number(notnull) !== 0,
    defaultSql: dflt_value === null ? null : String(dflt_value),
    primaryKey: Number(pk),
    generated: Number(hidden) > 1,
  }));
}

/** The single number that a query such as `SELECT count(*)` returns. */
export function numberFrom(port: SqlPort, sql: string, ...params: unknown[]): number {
  const [row] = port.all(sql, ...params);
  return Number(Object.values(row ?? {})[0]);
}
