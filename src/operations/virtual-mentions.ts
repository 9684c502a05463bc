import { DrydockError } from '../errors.ts';
import { virtualTableNames } from '../schema/edit/edit-uses.ts';
import { sameName } from '../schema/names.ts';
import type { SqlPort } from './sql-port.ts';

/**
 * Virtual tables can name a table and its columns in their arguments, as external-content FTS5 does
 * (https://sqlite.org/fts5.html#external_content_tables). SQLite follows no rename there, and finds no error until
 * somebody searches.
 *
 * @param column The column of the table, if only that goes.
 * @throws {DrydockError} Where one names it.
 */
export function refuseVirtualMentions(port: SqlPort, table: string, column?: string): void {
  const virtual = port.all(
    "SELECT s.name, s.sql FROM main.sqlite_schema AS s JOIN pragma_table_list AS l ON l.name = s.name AND l.schema = 'main' WHERE l.type = 'virtual'",
  );
  for (const { name, sql } of virtual) {
    // What it calls itself in its arguments goes with it.
    if (column === undefined && sameName(table, String(name))) continue;
    if (!virtualTableNames(String(sql), table, column)) continue;
    const named = column === undefined ? table : `${table}.${column}`;
    throw new DrydockError('REVISION_FAILED', {
      what: `the virtual table ${name} names ${named} in its arguments, and SQLite would not tell it`,
      next: 'Drop it first in the revision, and make it anew afterwards',
    });
  }
}
