/** Adding and dropping constraints: CHECK and named foreign keys in place if SQLite can, the rest by a rebuild. */
import { DrydockError } from '../errors.ts';
import { plural } from '../format.ts';
import { anyOf } from '../schema/conditions.ts';
import { constraintsOf, parseConstraint, withConstraint, withoutConstraint } from '../schema/edit/edit-constraints.ts';
import { parseExpression } from '../schema/edit/edit-expression.ts';
import { constraintOutline } from '../schema/edit/edit-outline.ts';
import type { TableText } from '../schema/edit/edit-table.ts';
import { sameName } from '../schema/names.ts';
import { quoteName } from '../schema/quote.ts';
import type { Constraint } from './constraint.ts';
import { constraintSql } from './constraint.ts';
import { requireFit } from './constraint-errors.ts';
import { findConstraint, isDroppable } from './find-constraint.ts';
import { numberFrom } from './lookups.ts';
import type { SqlPort } from './sql-port.ts';
import type { TableChange } from './table-change.ts';
import { withTable } from './table-plan.ts';

/**
 * Adds a constraint. SQLite checks that existing rows satisfy it, except for foreign keys, which the run checks before the
 * commit.
 */
export function addConstraintChange(operation: string, constraint: Constraint): TableChange {
  return {
    operation,
    prepare(plan, { port, stored }) {
      const definition = requireConstraint(constraint);
      requireNewName(plan.table, constraint.name);
      if (constraint.kind === 'primaryKey') requireKeyable(port, stored.name, plan.table, constraint.columns);
      const next = withTable(plan, withConstraint(plan.table, definition));
      if (constraint.kind !== 'check')
        return { plan: next, why: `SQLite cannot add a ${titles[constraint.kind]} in place` };
      const sql = `ALTER TABLE main.${quoteName(stored.name)} ADD ${definition}`;
      return {
        plan: next,
        why: 'SQLite adds a CHECK in place and checks the rows',
        inPlace: () => requireFit(stored.name, definition, () => port.run(sql)),
        since: '3.53',
      };
    },
  };
}

/** @param which The constraint's name or, if it has none, its content. */
export function dropConstraintChange(which: string | Constraint): TableChange {
  return {
    operation: 'dropConstraint',
    prepare(plan, { port, stored }) {
      const found = findConstraint(plan.table, which);
      if (found === undefined) throw missing(stored.name, plan.table, which);
      const next = withTable(plan, withoutConstraint(plan.table, found));
      const { name, node } = found.constraint;
      const droppable = inPlaceKinds.some((kind) => node.type.startsWith(kind));
      if (name === undefined) return { plan: next, why: 'SQLite can drop a constraint in place only by its name' };
      if (!droppable) return { plan: next, why: 'SQLite cannot drop a PRIMARY KEY or UNIQUE in place' };
      const sql = `ALTER TABLE main.${quoteName(stored.name)} DROP CONSTRAINT ${quoteName(name)}`;
      return {
        plan: next,
        why: 'SQLite drops such a constraint in place',
        inPlace: () => port.run(sql),
        since: '3.53',
      };
    },
  };
}

/** The constraint's SQL, after making sure that its condition smuggles in nothing else. */
export function requireConstraint(constraint: Constraint): string {
  if (constraint.kind === 'check') parseExpression(constraint.condition);
  const sql = constraintSql(constraint);
  parseConstraint(sql);
  return sql;
}

const titles = { primaryKey: 'PRIMARY KEY', unique: 'UNIQUE', foreignKey: 'FOREIGN KEY', check: 'CHECK' } as const;

// DROP CONSTRAINT removes only the name of a DEFAULT, COLLATE or GENERATED, and is refused for a key.
const inPlaceKinds = ['Check', 'ForeignKey', 'NotNull'];

function requireNewName(table: TableText, name: string | null): void {
  if (name === null || findConstraint(table, name) === undefined) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `the table already has a constraint ${name}`,
    next: 'Give the new one another name, or drop the old one first with op.dropConstraint',
  });
}

function requireKeyable(port: SqlPort, table: string, text: TableText, columns: readonly string[]): void {
  const key = constraintsOf(text).find(({ constraint: { node } }) => node.type.startsWith('PrimaryKey'));
  if (key !== undefined) {
    throw new DrydockError('REVISION_FAILED', {
      what: `${table} already has a primary key: ${constraintOutline(text, key.constraint)}`,
      next: 'Drop it first in the same batch, with dropConstraint',
    });
  }
  // SQLite itself allows NULL in every primary key except an INTEGER one. https://sqlite.org/quirks.html
  const present = columns.filter((name) => text.columns.some((column) => sameName(column.name, name)));
  const nulls = present.map((name) => `${quoteName(name)} IS NULL`);
  if (nulls.length === 0) return;
  const found = `FROM main.${quoteName(table)} WHERE ${anyOf(nulls)}`;
  if (port.later !== undefined) {
    const problem = `rows of ${table} hold NULL in ${columns.join(', ')}, which becomes the primary key`;
    port.later({ holds: `NOT EXISTS (SELECT 1 ${found})`, problem });
    return;
  }
  const count = numberFrom(port, `SELECT count(*) ${found}`);
  if (count === 0) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `${plural(count, `row of ${table} holds`, `rows of ${table} hold`)} NULL in ${columns.join(', ')}, which becomes the primary key`,
    next: 'Fill them in the revision first',
  });
}

function missing(table: string, text: TableText, which: string | Constraint): DrydockError {
  const wanted = typeof which === 'string' ? which : constraintSql(which);
  const there = constraintsOf(text)
    .filter(isDroppable)
    .map(({ constraint }) => constraintOutline(text, constraint));
  return new DrydockError('REVISION_FAILED', {
    what: `${table} has no constraint ${wanted}; it has ${there.length === 0 ? 'none' : there.join(', ')}`,
    next: 'Use its exact name, or its content, such as op.constraint.unique([…])',
  });
}
