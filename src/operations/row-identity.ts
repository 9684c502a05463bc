import { DrydockError } from '../errors.ts';
import { quoteName, sameName } from '../schema/quote.ts';
import type { StoredTable } from './lookups.ts';
import { numberFrom, tableColumns } from './lookups.ts';
import type { SqlPort } from './sql-port.ts';

/** The columns to copy by name, the rowid first where the table has one that no column holds. */
export function columnList(port: SqlPort, table: StoredTable): string {
  const stored = tableColumns(port, table.name).filter((column) => !column.generated);
  const names = stored.map((column) => quoteName(column.name));
  // A primary key that is the rowid brings it along by itself. https://sqlite.org/lang_createtable.html#rowid
  return primaryKeyIsIdentity(port, table) ? names.join(', ') : [rowidName(port, table), ...names].join(', ');
}

/** The columns that tell one row of the table from every other, as SQL. */
export function rowIdentity(port: SqlPort, table: StoredTable): string[] {
  if (!primaryKeyIsIdentity(port, table)) return [rowidName(port, table)];
  const key = tableColumns(port, table.name).filter((column) => column.primaryKey > 0);
  return key.map((column) => quoteName(column.name));
}

/** WITHOUT ROWID, or an INTEGER PRIMARY KEY that is another name of the rowid: then there is no rowid beside the key. */
function primaryKeyIsIdentity(port: SqlPort, table: StoredTable): boolean {
  if (numberFrom(port, "SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'", table.name) === 1) return true;
  const hasKey = tableColumns(port, table.name).some((column) => column.primaryKey > 0);
  // Any other primary key has an index of its own; `INTEGER PRIMARY KEY DESC` is such another.
  const indexes = port.all("SELECT origin FROM pragma_index_list(?, 'main')", table.name);
  return hasKey && !indexes.some(({ origin }) => origin === 'pk');
}

function rowidName(port: SqlPort, table: StoredTable): string {
  const columns = tableColumns(port, table.name);
  const free = ['rowid', '_rowid_', 'oid'].find((alias) => !columns.some((column) => sameName(column.name, alias)));
  if (free !== undefined) return free;
  throw new DrydockError('REVISION_FAILED', {
    what: `${table.name} has columns named rowid, _rowid_ and oid, so its rows cannot be told apart in a copy`,
    next: 'Rename one of them first',
  });
}
