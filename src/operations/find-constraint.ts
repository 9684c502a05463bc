import { isDeepStrictEqual } from 'node:util';
import { DrydockError } from '../errors.ts';
import { plural } from '../format.ts';
import type { FoundConstraint } from '../schema/edit/edit-constraints.ts';
import { constraintsOf, subjectOf } from '../schema/edit/edit-constraints.ts';
import type { TableText } from '../schema/edit/edit-table.ts';
import { meaningOf } from '../schema/edit/edit-text.ts';
import { sameName } from '../schema/names.ts';
import { canonicalTokens } from '../schema/normalise/normalise.ts';
import type { Constraint } from './constraint.ts';
import { constraintSql } from './constraint.ts';

/**
 * @param which A name, or the constraint's content if it has no name or the name is unknown.
 * @throws {DrydockError} If two constraints have that name, or it belongs to something that does not constrain rows.
 */
export function findConstraint(table: TableText, which: string | Constraint): FoundConstraint | undefined {
  if (typeof which !== 'string') return findByContent(table, which);
  const [named, another] = constraintsOf(table).filter(({ constraint: { name } }) => sameName(name ?? '', which));
  if (named === undefined) return undefined;
  if (another !== undefined) {
    throw new DrydockError('REVISION_FAILED', {
      what: `two constraints are named ${which}`,
      next: 'Identify it by its content, such as op.constraint.check(…)',
    });
  }
  if (isDroppable(named)) return named;
  throw new DrydockError('REVISION_FAILED', {
    what: `${which} is the name of a default, a collation or a generated column`,
    next: 'Change it with op.alterColumn, or drop the column',
  });
}

/** If several match, prefers the exact one: `UNIQUE (a COLLATE NOCASE)` also matches `UNIQUE (a)`. */
function findByContent(table: TableText, wanted: Constraint): FoundConstraint | undefined {
  const candidates = constraintsOf(table).filter((found) => says(table, found, wanted));
  if (candidates.length < 2) return candidates[0];
  const sql = constraintSql({ ...wanted, name: null });
  const textOf = ({ constraint: { keyword, end } }: FoundConstraint) => table.sql.slice(keyword, end);
  const exact =
    candidates.findLast((found) => meaningOf(textOf(found)) === meaningOf(sql)) ??
    candidates.findLast((found) => sameWords(table, textOf(found), sql));
  if (exact !== undefined) return exact;
  throw new DrydockError('REVISION_FAILED', {
    what: `${plural(candidates.length, 'constraint')} match ${sql}`,
    next: 'Use the name of the one that you mean',
  });
}

/** Whether it constrains rows, unlike a column's default, collation or generating expression. */
export function isDroppable({ constraint: { node } }: FoundConstraint): boolean {
  if (node.type === 'NotNullColumnConstraint') return !node.nullable;
  return ['PrimaryKey', 'Unique', 'Check', 'ForeignKey'].some((kind) => node.type.startsWith(kind));
}

function says(table: TableText, found: FoundConstraint, wanted: Constraint): boolean {
  const { node, keyword, end } = found.constraint;
  const { columns, referred } = subjectOf(found);
  switch (wanted.kind) {
    case 'primaryKey':
      return node.type.startsWith('PrimaryKey') && sameNames(columns, wanted.columns);
    case 'unique':
      return node.type.startsWith('Unique') && sameNames(columns, wanted.columns);
    case 'check':
      return (
        node.type.startsWith('Check') && sameWords(table, table.sql.slice(keyword, end), `CHECK (${wanted.condition})`)
      );
    case 'foreignKey': {
      if (referred === undefined || !sameNames(columns, wanted.columns)) return false;
      if (!sameName(referred.tblName.text, wanted.referredTable)) return false;
      const parents = (referred.columns ?? []).map(({ colName }) => colName.text);
      return wanted.referredColumns.length === 0 || sameNames(parents, wanted.referredColumns);
    }
  }
}

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((name, index) => sameName(name, others[index] ?? ''));
}

/** SQLite ignores the case and quotes of names and the case of keywords, but not the case of strings. */
function sameWords({ columns }: TableText, one: string, other: string): boolean {
  const spelling = { names: 'folded', columns: columns.map(({ name }) => name) } as const;
  return isDeepStrictEqual(canonicalTokens(one, spelling), canonicalTokens(other, spelling));
}
