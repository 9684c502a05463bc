/**
 * The meaning of a CREATE TABLE without its layout and comments. Drydock compares it to check that an edit changed only what
 * it should.
 */
import { isDeepStrictEqual } from 'node:util';
import { DrydockError } from '../../errors.ts';
import type { ColumnText, ConstraintText, TableText } from './edit-table.ts';
import { parseTable } from './edit-table.ts';
import { meaningOf, textAt } from './edit-text.ts';

export interface ColumnOutline {
  readonly name: string;
  readonly type: string;
  readonly constraints: readonly string[];
}

export interface Outline {
  readonly columns: readonly ColumnOutline[];
  readonly constraints: readonly string[];
  /** STRICT, WITHOUT ROWID. */
  readonly options: string;
}

export function outlineOf(table: TableText): Outline {
  return {
    columns: table.columns.map((column) => columnOutline(table, column)),
    constraints: table.constraints.map((constraint) => constraintOutline(table, constraint)),
    options: meaningOf(table.sql.slice(table.close + 1)),
  };
}

export function columnOutline(table: TableText, column: ColumnText): ColumnOutline {
  return {
    name: column.name,
    type: meaningOf(textAt(table.sql, column.type)),
    constraints: column.constraints.map((constraint) => constraintOutline(table, constraint)),
  };
}

export function constraintOutline(table: TableText, constraint: ConstraintText): string {
  return meaningOf(textAt(table.sql, constraint));
}

/**
 * Parses an edited text and checks that it means what it should and nothing else.
 * @param asked The revision's own words, for the error.
 * @throws {DrydockError} If it does not.
 */
export function requireOutline(sql: string, expected: Outline, asked: string): TableText {
  const table = parseTable(sql);
  if (isDeepStrictEqual(outlineOf(table), expected)) return table;
  throw new DrydockError('REVISION_FAILED', {
    what: `${asked} would change more of the table than it should, which would then read ${JSON.stringify(sql)}`,
    next: 'Make each part of the change separately',
  });
}
