import { DrydockError } from '../errors.ts';
import { virtualTableNames } from '../schema/edit-uses.ts';
import { sameName } from '../schema/names.ts';
import type { SqlPort } from './sql-port.ts';

/**
 * Virtual tables can name a table and its columns in their arguments, as external-content FTS5 does
 * (https://sqlite.org/fts5.html#external_content_tables). SQLite follows no rename there, and finds no error until
 * somebody searches.
 *
 * @param names The table, and the column of it if only that goes.
 * @throws {DrydockError} Where one names all of them.
 */
export function refuseVirtualMentions(port: SqlPort, ...names: readonly string[]): void {
  const virtual = port.all(
    "SELECT s.name, s.sql FROM main.sqlite_schema AS s JOIN pragma_table_list AS l ON l.name = s.name AND l.schema = 'main' WHERE l.type = 'virtual'",
  );
  for (const { name, sql } of virtual) {
    // Its own name is in its arguments too.
    if (names.length === 1 && names.some((own) => sameName(own, String(name)))) continue;
    if (!names.every((mentioned) => virtualTableNames(String(sql), mentioned))) continue;
    throw new DrydockError('REVISION_FAILED', {
      what: `the virtual table ${name} names ${names.join('.')} in its arguments, and SQLite would not tell it`,
      next: 'Drop it first in the revision, and make it anew afterwards',
    });
  }
}
