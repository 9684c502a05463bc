import type { Reader } from '../files/database-reader.ts';
import { behindUsing, contentTableOf } from '../schema/full-text.ts';
import { unquoted } from '../schema/normalise/normalise.ts';
import { quoteName } from '../schema/quote.ts';
import type { Loss } from './loss.ts';
import type { LostPart } from './lost-parts.ts';

/** The lost parts that hold any data, named as the database spells them. */
export function countLosses(reader: Reader, parts: readonly LostPart[]): Loss[] {
  return parts.flatMap(({ revision, table, column }) => {
    const [stored] = reader.all(
      "SELECT name, sql FROM main.sqlite_schema WHERE type = 'table' AND lower(name) = ?",
      table,
    );
    // The rows of such an index are those of another table.
    if (stored === undefined || contentTableOf(String(stored['sql'])) !== undefined) return [];
    const name = String(stored['name']);
    // The rows that its module has stored are counted in the tables behind it.
    if (isOfOthers(reader, String(stored['sql']))) return [];
    if (column === null) return some({ revision, table: name, column: null, rows: count(reader, '*', name) });
    const spelling = ordinaryColumn(reader, name, column);
    if (spelling === undefined) return [];
    return some({ revision, table: name, column: spelling, rows: count(reader, quoteName(spelling), name) });
  });
}

/** Undefined for a generated column, whose values are computed from others. */
function ordinaryColumn(reader: Reader, table: string, column: string): string | undefined {
  // https://sqlite.org/pragma.html#pragma_table_xinfo: 2 and 3 are generated columns.
  const [found] = reader.all(
    "SELECT name FROM pragma_table_xinfo(?, 'main') WHERE lower(name) = ? AND hidden NOT IN (2, 3)",
    table,
    column,
  );
  return found === undefined ? undefined : String(found['name']);
}

/** Only a process that loads `sqlite_extensions` can open a virtual table of such a module. */
function isOfOthers(reader: Reader, sql: string): boolean {
  if (!/^CREATE VIRTUAL TABLE\b/i.test(sql)) return false;
  const [module = ''] = behindUsing(sql);
  return reader.all('SELECT 1 FROM pragma_module_list WHERE name = ? COLLATE NOCASE', unquoted(module)).length === 0;
}

function count(reader: Reader, what: string, table: string): number {
  const [row] = reader.all(`SELECT count(${what}) AS rows FROM main.${quoteName(table)}`);
  return Number(row?.['rows']);
}

function some(loss: Loss): Loss[] {
  return loss.rows > 0 ? [loss] : [];
}
