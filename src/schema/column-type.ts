import type { ColumnDefinition, ColumnsAndConstraintsCreateTableBody } from 'sqlite3-parser';
import { parseStmt } from 'sqlite3-parser';
import { DrydockError } from '../errors.ts';
import { sameName } from './quote.ts';

/** Where a column's declared type stands in the text of its CREATE TABLE; empty, behind the name, where it has none. */
interface TypePlace {
  readonly start: number;
  readonly end: number;
}

/**
 * The text of a CREATE TABLE statement with one column's declared type replaced and every other character kept:
 * comments, layout, quoting and constraints are the author's, and they stay.
 *
 * @param createTable The `sql` of a table's row in sqlite_schema. https://sqlite.org/schematab.html
 * @throws {DrydockError} Where the text cannot be parsed, the column is not there, or `type` is more than a type.
 */
export function withColumnType(createTable: string, column: string, type: string): string {
  const body = parseColumns(createTable);
  const place = typePlace(createTable, findColumn(body, column, createTable));
  const before = createTable.slice(0, place.start);
  const after = createTable.slice(place.end);
  const edited = place.start === place.end ? `${before} ${type}${after}` : `${before}${type}${after}`;
  assertOnlyTheTypeChanged(body, edited, column, type);
  return edited;
}

/** A type such as `TEXT, extra INTEGER` or `TEXT NOT NULL` would smuggle in more than it says. */
function assertOnlyTheTypeChanged(
  before: ColumnsAndConstraintsCreateTableBody,
  edited: string,
  column: string,
  type: string,
): void {
  const after = parseColumns(edited);
  const place = typePlace(edited, findColumn(after, column, edited));
  const isThere = type !== '' && edited.slice(place.start, place.end) === type;
  if (isThere && outline(before) === outline(after)) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `${JSON.stringify(type)} is not a column type`,
    next: 'Give only the type, such as VARCHAR(50); constraints of the column stay as they are',
  });
}

/** Everything about the columns and constraints that a change of type leaves alone. */
function outline(body: ColumnsAndConstraintsCreateTableBody): string {
  const columns = body.columns.map(({ colName, constraints }) => [
    colName.text,
    ...constraints.map(({ constraint }) => constraint.type),
  ]);
  return JSON.stringify([columns, (body.constraints ?? []).map(({ constraint }) => constraint.type)]);
}

function parseColumns(createTable: string): ColumnsAndConstraintsCreateTableBody {
  const parsed = parseStmt(createTable);
  if (parsed.status === 'error') {
    const reason = parsed.errors[0]?.message ?? 'no reason given';
    throw new DrydockError('REVISION_FAILED', {
      what: `Drydock cannot parse this table's SQL, which SQLite stores as ${JSON.stringify(createTable)}: ${reason}`,
      next: 'Write the rebuild as SQL in the revision, after https://sqlite.org/lang_altertable.html',
    });
  }
  const statement = parsed.root;
  if (statement?.type === 'CreateTableStmt' && statement.body.type === 'ColumnsAndConstraintsCreateTableBody') {
    return statement.body;
  }
  throw new DrydockError('REVISION_FAILED', {
    what: `only an ordinary table's columns have a type to change, and this is none: ${JSON.stringify(createTable)}`,
  });
}

function findColumn(body: ColumnsAndConstraintsCreateTableBody, name: string, sql: string): ColumnDefinition {
  const found = body.columns.find(({ colName }) => sameName(colName.text, name));
  if (found !== undefined) return found;
  throw new DrydockError('REVISION_FAILED', { what: `there is no column ${JSON.stringify(name)} in ${sql}` });
}

function typePlace(sql: string, column: ColumnDefinition): TypePlace {
  const nameEnd = column.colName.span.offset + column.colName.span.length;
  if (column.colType === undefined) return { start: nameEnd, end: nameEnd };
  const { offset, length } = column.colType.span;
  const type = withoutGeneratedAlways(sql.slice(offset, offset + length));
  return type === '' ? { start: nameEnd, end: nameEnd } : { start: offset, end: offset + type.length };
}

/**
 * The grammar reads the words GENERATED ALWAYS as the end of the type name, and SQLite's sqlite3AddColumn (build.c)
 * cuts them off afterwards. This cuts as it does.
 */
function withoutGeneratedAlways(type: string): string {
  const untilAlways = cutWord(type, 'always');
  if (untilAlways === undefined) return type;
  return cutWord(untilAlways, 'generated') ?? untilAlways;
}

function cutWord(text: string, word: string): string | undefined {
  return text.toLowerCase().endsWith(word) ? text.slice(0, -word.length).trimEnd() : undefined;
}
