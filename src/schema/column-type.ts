import { isDeepStrictEqual } from 'node:util';
import { DrydockError } from '../errors.ts';
import type { Outline } from './edit/edit-outline.ts';
import { outlineOf } from './edit/edit-outline.ts';
import type { TableText } from './edit/edit-table.ts';
import { findColumn, parseTable } from './edit/edit-table.ts';
import { meaningOf, textAt, withReplaced } from './edit/edit-text.ts';

/**
 * A CREATE TABLE with one column's declared type replaced and every other character kept, including comments and quoting.
 *
 * @throws {DrydockError} If there is no such column, or `type` is more than a type.
 */
export function withColumnType(table: TableText, column: string, type: string): TableText {
  const { type: place, name } = findColumn(table, column);
  const sql = withReplaced(table.sql, place, place.start === place.end ? ` ${type}` : type);
  const edited = parseTable(sql);
  const found = textAt(sql, findColumn(edited, column).type);
  // A type such as `TEXT, extra INTEGER` or `TEXT NOT NULL` would smuggle in more than a type.
  if (type !== '' && found === type && isDeepStrictEqual(outlineOf(edited), expected(table, name, type))) return edited;
  throw new DrydockError('REVISION_FAILED', {
    what: `${JSON.stringify(type)} is not a column type`,
    next: 'Pass only the type, such as VARCHAR(50); constraints of the column stay as they are',
  });
}

function expected(table: TableText, name: string, type: string): Outline {
  const before = outlineOf(table);
  const columns = before.columns.map((column) =>
    column.name === name ? { ...column, type: meaningOf(type) } : column,
  );
  return { ...before, columns };
}
