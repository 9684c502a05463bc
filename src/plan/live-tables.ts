/** What the live file says of its tables: how large they are, and one row of each. */
import { ordinaryTables } from '../checks/measure.ts';
import type { Reader } from '../files/database-reader.ts';
import { foldName } from '../schema/names.ts';
import { quoteName } from '../schema/quote.ts';
import type { TableSize } from './previewed.ts';

/**
 * An INSERT with one row of each table that has any without a NULL where none may be. With them an operation finds rows in
 * memory where it would find rows, since SQLite and Drydock do some things in place only where there are none.
 */
export function sampleRows(reader: Reader): string[] {
  return ordinaryTables(reader).flatMap((table) => {
    const stored = reader
      .all('SELECT name, "notnull" FROM pragma_table_xinfo(?, \'main\') WHERE hidden = 0 ORDER BY cid', table)
      .map(({ name, notnull }) => ({ name: quoteName(String(name)), notNull: Number(notnull) === 1 }));
    const columns = stored.map(({ name }) => name);
    const quoted = columns.map((column, index) => `quote(${column}) AS c${index}`).join(', ');
    // SQLite takes `n IS NOT NULL` to be true of such a column, and does not look.
    const whole = ['TRUE', ...stored.filter(({ notNull }) => notNull).map(({ name }) => `typeof(${name}) <> 'null'`)];
    const [row] = reader.all(`SELECT ${quoted} FROM main.${quoteName(table)} WHERE ${whole.join(' AND ')} LIMIT 1`);
    if (row === undefined) return [];
    const values = Object.values(row).map(String).join(', ');
    return [`INSERT INTO ${quoteName(table)} (${columns.join(', ')}) VALUES (${values})`];
  });
}

/**
 * The sizes of tables.
 * @param names Folded; names that no table has are left out.
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
