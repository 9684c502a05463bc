/** Edits the columns of a CREATE TABLE. Each function returns the edited table after checking that nothing else changed. */
import { DrydockError, invariant } from '../../errors.ts';
import { quoteName } from '../quote.ts';
import type { ColumnOutline } from './edit-outline.ts';
import { columnOutline, outlineOf, requireOutline } from './edit-outline.ts';
import type { ColumnText, ConstraintText, TableText } from './edit-table.ts';
import { findColumn, parseTable } from './edit-table.ts';
import type { TextRange } from './edit-text.ts';
import { meaningOf, withCut, withInserted, withReplaced, wordsOf } from './edit-text.ts';

/**
 * A table with a column added after the last one, where ALTER TABLE ADD COLUMN puts it too.
 * @param after The column to put it after instead.
 */
export function withColumn(table: TableText, definition: string, after?: string): TableText {
  const at = after === undefined ? table.columns.length : table.columns.indexOf(findColumn(table, after)) + 1;
  const next = table.columns[at];
  const sql =
    next === undefined
      ? withInserted(table.sql, table.columnsEnd, `, ${definition}`)
      : withInserted(table.sql, next.start, `${definition}, `);
  const before = outlineOf(table);
  return requireOutline(
    sql,
    { ...before, columns: before.columns.toSpliced(at, 0, definitionOutline(definition)) },
    definition,
  );
}

/** A table without one of its columns. The caller makes sure that nothing else names it. */
export function withoutColumn(table: TableText, name: string): TableText {
  const column = findColumn(table, name);
  const sql = withReplaced(table.sql, columnWithComma(table, column), '');
  const before = outlineOf(table);
  const columns = before.columns.filter((outline) => outline.name !== column.name);
  return requireOutline(sql, { ...before, columns }, `dropping ${name}`);
}

/** @param value SQL of the new default; null removes it. */
export function withDefault(table: TableText, name: string, value: string | null): TableText {
  const column = findColumn(table, name);
  return withColumnWords(table, column, 'DefaultColumnConstraint', value === null ? undefined : `DEFAULT ${value}`);
}

/** @param collation Its name; null means SQLite's default, BINARY. */
export function withCollation(table: TableText, name: string, collation: string | null): TableText {
  const column = findColumn(table, name);
  const words = collation === null ? undefined : `COLLATE ${quoteName(collation)}`;
  return withColumnWords(table, column, 'CollateColumnConstraint', words);
}

/** A table with NOT NULL at the end of a column, where ALTER TABLE … SET NOT NULL puts it; unchanged if it has one. */
export function withNotNull(table: TableText, name: string): TableText {
  const column = findColumn(table, name);
  if (notNulls(column).length > 0) return table;
  const sql = withInserted(table.sql, column.end, ' NOT NULL');
  return requireColumn(table, sql, column, (constraints) => [...constraints, 'NOT NULL']);
}

/** A table without any NOT NULL on a column. */
export function withoutNotNull(table: TableText, name: string): TableText {
  const column = findColumn(table, name);
  const [first] = notNulls(column);
  if (first === undefined) return table;
  return withoutNotNull(withoutColumnConstraints(table, column, [first]), name);
}

/** The NOT NULL constraints of a column. `NULL`, which SQLite accepts and ignores, does not count. */
export function notNulls(column: ColumnText): ConstraintText[] {
  return column.constraints.filter(({ node }) => node.type === 'NotNullColumnConstraint' && !node.nullable);
}

/** A table without some of a column's constraints. */
export function withoutColumnConstraints(
  table: TableText,
  column: ColumnText,
  unwanted: readonly ConstraintText[],
): TableText {
  const sql = unwanted.toReversed().reduce((text, place) => withCut(text, place), table.sql);
  return requireColumn(table, sql, column, (constraints) =>
    constraints.filter((_, index) => !unwanted.some((constraint) => constraint === column.constraints[index])),
  );
}

/** Adds, replaces or removes a column's only constraint of a kind, and keeps its name. */
function withColumnWords(
  table: TableText,
  column: ColumnText,
  kind: 'DefaultColumnConstraint' | 'CollateColumnConstraint',
  words: string | undefined,
): TableText {
  // If there are several, SQLite uses the last one.
  const present = column.constraints.filter(({ node }) => node.type === kind);
  const last = present.at(-1);
  if (words === undefined) return present.length === 0 ? table : withoutColumnConstraints(table, column, present);
  if (last === undefined) {
    const sql = withInserted(table.sql, column.type.end, ` ${words}`);
    return requireColumn(table, sql, column, (constraints) => [meaningOf(words), ...constraints]);
  }
  const sql = withReplaced(table.sql, { start: last.keyword, end: last.end }, words);
  const named = meaningOf(table.sql.slice(last.start, last.keyword));
  const replaced = `${named} ${meaningOf(words)}`.trim();
  return requireColumn(table, sql, column, (constraints) =>
    constraints.map((constraint, index) => (column.constraints[index] === last ? replaced : constraint)),
  );
}

function requireColumn(
  table: TableText,
  sql: string,
  column: ColumnText,
  change: (constraints: readonly string[]) => readonly string[],
): TableText {
  const before = outlineOf(table);
  const columns = before.columns.map((outline) =>
    outline.name === column.name ? { ...outline, constraints: change(outline.constraints) } : outline,
  );
  return requireOutline(sql, { ...before, columns }, `the change of ${column.name}`);
}

/** Up to the next column or constraint, as ALTER TABLE DROP COLUMN cuts; the last item is cut with the comma before it. */
function columnWithComma(table: TableText, column: ColumnText): TextRange {
  const at = table.columns.indexOf(column);
  const next = table.columns[at + 1] ?? table.constraints[0];
  if (next !== undefined) return { start: column.start, end: next.start };
  const previous = table.columns[at - 1];
  if (previous === undefined) {
    throw new DrydockError('REVISION_FAILED', {
      what: `${column.name} is the only column of its table`,
      next: 'Drop the table',
    });
  }
  const comma = wordsOf(table.sql).findLast(({ end }) => end <= column.start);
  invariant(comma?.kind === 'COMMA', `no comma before the column ${column.name}`);
  return { start: comma.start, end: column.end };
}

function definitionOutline(definition: string): ColumnOutline {
  const table = parseTable(`CREATE TABLE t (${definition})`);
  const [column, more] = table.columns;
  if (column !== undefined && more === undefined && table.constraints.length === 0) return columnOutline(table, column);
  throw new DrydockError('REVISION_FAILED', { what: `${JSON.stringify(definition)} is more than one column` });
}
