import { DrydockError } from '../errors.ts';
import { virtualTableNames } from '../schema/edit/edit-uses.ts';
import { sameName } from '../schema/names.ts';
import type { SqlPort } from './sql-port.ts';

/**
 * Virtual tables can name a table and its columns in their arguments, as external-content FTS5 does
 * (https://sqlite.org/fts5.html#external_content_tables). SQLite does not rename them there, and reports no error until the
 * next search.
 *
 * @param column The column, if only that is dropped or renamed.
 * @throws {DrydockError} If a virtual table names it.
 */
export function refuseVirtualMentions(port: SqlPort, table: string, column?: string): void {
  const virtual = port.all(
    "SELECT s.name, s.sql FROM main.sqlite_schema AS s JOIN pragma_table_list AS l ON l.name = s.name AND l.schema = 'main' WHERE l.type = 'virtual'",
  );
  for (const { name, sql } of virtual) {
    // A name of its own in its arguments is dropped with it.
    if (column === undefined && sameName(table, String(name))) continue;
    if (!virtualTableNames(String(sql), table, column)) continue;
    const named = column === undefined ? table : `${table}.${column}`;
    throw new DrydockError('REVISION_FAILED', {
      what: `the virtual table ${name} names ${named} in its arguments, which SQLite would not update`,
      next: 'Drop it in the revision first, and create it again afterwards',
    });
  }
}
