import { DrydockError } from '../errors.ts';
import { rowidNames, sameName } from '../schema/names.ts';
import type { StoredColumn } from './lookups.ts';
import { numberFrom, tableColumns } from './lookups.ts';
import type { SqlPort } from './sql-port.ts';

/** What identifies a row of a table. https://sqlite.org/lang_createtable.html#rowid */
export type RowIdentity =
  | { readonly kind: 'primary key'; readonly columns: readonly string[] }
  /** An INTEGER PRIMARY KEY, which is an alias for the rowid. */
  | { readonly kind: 'rowid column'; readonly column: string }
  /** A rowid that no column holds, and a name that reaches it. */
  | { readonly kind: 'rowid'; readonly alias: string };

/** @throws {DrydockError} If columns have taken all three names of the rowid. */
export function rowIdentity(port: SqlPort, table: string): RowIdentity {
  const columns = tableColumns(port, table);
  const key = columns
    .filter((column) => column.primaryKey > 0)
    .sort((one, other) => one.primaryKey - other.primaryKey)
    .map(({ name }) => name);
  if (numberFrom(port, "SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'", table) === 1) {
    return { kind: 'primary key', columns: key };
  }
  // A primary key that is not the rowid has an index of its own; `INTEGER PRIMARY KEY DESC` is one of these.
  const indexes = port.all("SELECT origin FROM pragma_index_list(?, 'main')", table);
  const [column] = key;
  if (column !== undefined && !indexes.some(({ origin }) => origin === 'pk')) return { kind: 'rowid column', column };
  return { kind: 'rowid', alias: rowidAlias(table, columns) };
}

function rowidAlias(table: string, columns: readonly StoredColumn[]): string {
  const free = rowidNames.find((alias) => !columns.some((column) => sameName(column.name, alias)));
  if (free !== undefined) return free;
  throw new DrydockError('REVISION_FAILED', {
    what: `${table} has columns named rowid, _rowid_ and oid, so its rows cannot be told apart in a copy`,
    next: 'Rename one of them first',
  });
}
