/** What the live file contains: the sizes of its tables, and one row of each. */
import { ordinaryTables } from '../checks/measure.ts';
import type { Reader } from '../files/database-reader.ts';
import { everyOf } from '../schema/conditions.ts';
import { foldName } from '../schema/names.ts';
import { quoteName } from '../schema/quote.ts';
import type { TableSize } from './previewed.ts';

/**
 * An INSERT with one row of each table that has a row without illegal NULLs. With these rows, an operation in memory finds
 * rows in the same tables as in the database; SQLite and Drydock do some things in place only in an empty table.
 */
export function sampleRows(reader: Reader): string[] {
  return ordinaryTables(reader).flatMap((table) => {
    const stored = reader
      .all('SELECT name, "notnull" FROM pragma_table_xinfo(?, \'main\') WHERE hidden = 0 ORDER BY cid', table)
      .map(({ name, notnull }) => ({ name: quoteName(String(name)), notNull: Number(notnull) === 1 }));
    const columns = stored.map(({ name }) => name);
    const quoted = columns.map((column, index) => `quote(${column}) AS c${index}`).join(', ');
    // SQLite assumes that `n IS NOT NULL` is true for such a column and does not check it.
    const whole = ['TRUE', ...stored.filter(({ notNull }) => notNull).map(({ name }) => `typeof(${name}) <> 'null'`)];
    const [row] = reader.all(`SELECT ${quoted} FROM main.${quoteName(table)} WHERE ${everyOf(whole)} LIMIT 1`);
    if (row === undefined) return [];
    const values = Object.values(row).map(String).join(', ');
    return [`INSERT INTO ${quoteName(table)} (${columns.join(', ')}) VALUES (${values})`];
  });
}

/**
 * The sizes of tables.
 * @param names Folded names; those that no table has are ignored.
 */
export function measureTables(reader: Reader, names: ReadonlySet<string>): TableSize[] {
  const [{ present } = { present: 0 }] = reader.all(
    "SELECT count(*) AS present FROM pragma_compile_options WHERE compile_options = 'ENABLE_DBSTAT_VTAB'",
  );
  return ordinaryTables(reader)
    .filter((table) => names.has(foldName(table)))
    .map((table) => ({
      table,
      rows: numberOf(reader, `SELECT count(*) AS number FROM main.${quoteName(table)}`),
      bytes: present === 0 ? null : bytesOf(reader, table),
    }));
}

/** https://sqlite.org/dbstat.html: the pages of the table and of each of its indexes. */
function bytesOf(reader: Reader, table: string): number {
  const sql = `SELECT total(pgsize) AS number FROM dbstat('main') WHERE aggregate = TRUE
    AND name IN (SELECT name FROM main.sqlite_schema WHERE tbl_name = ? AND rootpage > 0)`;
  return numberOf(reader, sql, table);
}

function numberOf(reader: Reader, sql: string, ...params: string[]): number {
  return Number(reader.all(sql, ...params)[0]?.['number']);
}
