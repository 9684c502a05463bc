/** Edits the constraints of a CREATE TABLE, and finds them by name or content. */
import type { Expr } from 'sqlite3-parser';
import { DrydockError } from '../../errors.ts';
import { withoutColumnConstraints } from './edit-columns.ts';
import { outlineOf, requireOutline } from './edit-outline.ts';
import type { ColumnText, ConstraintText, TableText } from './edit-table.ts';
import { parseTable } from './edit-table.ts';
import { meaningOf, withCut, withInserted, withReplaced, wordsOf } from './edit-text.ts';

/** A constraint of the table, or of one of its columns. */
export interface FoundConstraint {
  readonly constraint: ConstraintText;
  readonly owner: ColumnText | undefined;
}

export function constraintsOf(table: TableText): FoundConstraint[] {
  return [
    ...table.columns.flatMap((owner) => owner.constraints.map((constraint) => ({ constraint, owner }))),
    ...table.constraints.map((constraint) => ({ constraint, owner: undefined })),
  ];
}

/** Whether a table uses sqlite_sequence. https://sqlite.org/autoinc.html */
export function hasAutoincrement(table: TableText): boolean {
  return constraintsOf(table).some(({ constraint: { node } }) => 'autoIncrement' in node && node.autoIncrement);
}

/** A table with a constraint added after all others, where ALTER TABLE ADD CONSTRAINT puts it too. */
export function withConstraint(table: TableText, definition: string): TableText {
  const sql = withInserted(table.sql, table.close, `, ${definition}`);
  const before = outlineOf(table);
  const expected = { ...before, constraints: [...before.constraints, meaningOf(definition)] };
  return requireOutline(sql, expected, definition);
}

/** @throws {DrydockError} If removing it would change the meaning of the text after it. */
export function withoutConstraint(table: TableText, { constraint, owner }: FoundConstraint): TableText {
  if (owner !== undefined) return withoutColumnConstraints(table, owner, withDeferral(owner, constraint));
  const words = wordsOf(table.sql);
  const comma = words.findLast(({ end }) => end <= constraint.start);
  const next = words.find(({ start }) => start >= constraint.end);
  // Commas between table constraints are optional, but the one that separates columns from the rest has to stay.
  const takesComma = comma?.kind === 'COMMA' && (next?.kind === 'COMMA' || next?.kind === 'RP');
  // Cut separately, so that a comment between the two stays.
  const withoutIt = withCut(table.sql, constraint);
  const sql = takesComma ? withReplaced(withoutIt, comma, '') : withoutIt;
  const before = outlineOf(table);
  const constraints = before.constraints.filter((_, index) => table.constraints[index] !== constraint);
  return requireOutline(sql, { ...before, constraints }, 'dropping a constraint');
}

/** The grammar reads a column's `REFERENCES … DEFERRABLE …` as two constraints. */
function withDeferral(owner: ColumnText, constraint: ConstraintText): ConstraintText[] {
  if (constraint.node.type !== 'ForeignKeyColumnConstraint') return [constraint];
  const next = owner.constraints[owner.constraints.indexOf(constraint) + 1];
  return next?.node.type === 'DeferColumnConstraint' ? [constraint, next] : [constraint];
}

/**
 * Parses a definition such as `UNIQUE (a, b)`, which must be exactly one constraint.
 * @throws {DrydockError} If it is more than that.
 */
export function parseConstraint(definition: string): ConstraintText {
  const [constraint, more] = parseTable(`CREATE TABLE t (c, ${definition})`).constraints;
  if (constraint !== undefined && more === undefined) return constraint;
  throw new DrydockError('REVISION_FAILED', { what: `${JSON.stringify(definition)} is not one constraint of a table` });
}

/** The columns that a constraint covers and the table that it refers to, if any. */
export function subjectOf({ constraint: { node }, owner }: FoundConstraint) {
  const own = owner === undefined ? [] : [owner.name];
  switch (node.type) {
    case 'PrimaryKeyTableConstraint':
    case 'UniqueTableConstraint':
      return { columns: node.columns.map(({ expr }) => columnOf(expr)), referred: undefined };
    case 'ForeignKeyTableConstraint':
      return { columns: node.columns.map(({ colName }) => colName.text), referred: node.clause };
    case 'ForeignKeyColumnConstraint':
      return { columns: own, referred: node.clause };
    default:
      return { columns: own, referred: undefined };
  }
}

/** `a COLLATE NOCASE` in a key covers `a`. */
function columnOf(expr: Expr): string {
  if (expr.type === 'CollateExpr') return columnOf(expr.expr);
  return expr.type === 'Id' ? expr.name : '';
}
