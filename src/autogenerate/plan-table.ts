import { pairChecks, pairForeignKeys, type Side } from '../schema/compare/compare-constraints.ts';
import { sameName } from '../schema/names.ts';
import type { Check, Column, ForeignKey, Table } from '../schema/normalised.ts';
import { type AddedColumns, addColumns, whyNotAddable } from './add-columns.ts';
import { batchOf, checksLostBy, isAlterable, isNameTwice, lossOf } from './batch-plan.ts';
import { copiedColumns } from './rebuild-statements.ts';
import type { SchemaStep } from './schema-steps.ts';
import type { Changes } from './table-changes.ts';
import { mentionsName } from './with-renames.ts';

/** How one table becomes another. */
export interface TableSteps {
  readonly steps: readonly SchemaStep[];
  /** Whether statements rebuild it, which drops its indexes and triggers. */
  readonly madeAnew: boolean;
  /** The desired table, with its constraints where the steps put them. */
  readonly built: Table;
}

/** How a rebuild is written. Statements can do what no operation can, and do not check the state in between. */
export type Means = 'operations' | 'statements';

/** Plans the changes of one table: in place if SQLite can, otherwise by operations in one batch, otherwise by statements. */
export function planTable(from: Side, to: Side, changes: Changes, means: Means): TableSteps {
  const reasons = whyNotInPlace(from.table, to.table, changes);
  const added = addColumns(to.table, changes.added);
  const dropped = inOrderOfDrop(changes.dropped, from.table.checks);
  if (added !== undefined && dropped !== undefined && reasons.length === 0) {
    return inPlace(from, to, { ...changes, dropped }, added);
  }
  if (added === undefined) reasons.push(`the new columns of ${to.table.name} refer to each other`);
  if (dropped === undefined) reasons.push(`the columns of ${to.table.name} to be dropped refer to each other`);
  const batch = batchOf(from.table, to.table, changes, inOrderOfDrop(changes.dropped, []));
  if (batch === undefined || means === 'statements') return madeAnew(from.table, to.table, changes, reasons);
  const step = { kind: 'batch' as const, table: to.table.name, changes: batch, reasons };
  return { steps: [step], madeAnew: false, built: builtTable(from, to, changes, new Set()) };
}

function inPlace(from: Side, to: Side, changes: Changes, added: AddedColumns): TableSteps {
  const { name } = to.table;
  const apart = changes.checks.flatMap((change) =>
    change.to === undefined || added.with.has(change.to) ? [] : [change.to],
  );
  const steps: SchemaStep[] = [
    ...droppedNames(changes).map((constraint) => ({ kind: 'dropConstraint' as const, table: name, name: constraint })),
    ...added.steps,
    ...changes.dropped.map((column) => dropStep(name, column)),
    ...changes.altered.map((change) => nullStep(name, change.from, change.to)),
    ...apart.map((check) => ({ kind: 'addCheck' as const, table: name, check })),
  ];
  return { steps, madeAnew: false, built: builtTable(from, to, changes, added.with) };
}

function whyNotInPlace(from: Table, to: Table, changes: Changes): string[] {
  const reasons = [...changes.others, ...changes.notInPlace];
  for (const column of changes.added) {
    const reason = whyNotAddable(to.name, column);
    if (reason !== undefined) reasons.push(reason);
  }
  for (const constraint of [...changes.checks, ...changes.foreignKeys].map((change) => change.from)) {
    if (constraint === undefined || isNamedIn(changes.dropped, constraint.behind)) continue;
    if (constraint.name === undefined) reasons.push(`a constraint of ${from.name} that has no name should go`);
    else if (isNameTwice(from, constraint.name))
      reasons.push(`${from.name} has two constraints named ${constraint.name}`);
  }
  for (const key of changes.foreignKeys.flatMap((change) => change.to ?? [])) {
    if (key.columns.length === 1 && isNamedIn(changes.added, key.columns[0])) continue;
    reasons.push(`a foreign key over ${key.columns.join(', ')} of ${to.name} is missing`);
  }
  for (const { name } of changes.checks.flatMap((change) => change.to ?? [])) {
    if (name !== undefined && isNameTwice(to, name))
      reasons.push(`${to.name} should have two constraints named ${name}`);
  }
  const isThere = (check: Check) => !changes.checks.some((change) => change.to === check);
  for (const { behind } of to.checks.filter((check) => isNamedIn(changes.added, check.behind) && isThere(check))) {
    reasons.push(`a CHECK that ${to.name} already has should be part of the new column ${behind}`);
  }
  for (const { behind } of checksLostBy(from, changes)) {
    reasons.push(`a CHECK that should stay is part of ${from.name}.${behind}, which is dropped`);
  }
  return reasons;
}

function isNamedIn(columns: readonly Column[], name: string | undefined): boolean {
  return name !== undefined && columns.some((column) => sameName(column.name, name));
}

/**
 * The constraints, including foreign keys, that ALTER TABLE … DROP CONSTRAINT removes. Those of a dropped column go with it.
 */
function droppedNames({ checks, foreignKeys, dropped }: Changes): string[] {
  return [...checks, ...foreignKeys].flatMap(({ from }) =>
    from?.name === undefined || isNamedIn(dropped, from.behind) ? [] : [from.name],
  );
}

/**
 * Columns in an order in which they can be dropped: each before those that its expression and its CHECKs refer to.
 * @param checks Those that stay until their column is dropped.
 * @returns undefined if columns refer to each other.
 */
function inOrderOfDrop(columns: readonly Column[], checks: readonly Check[]): Column[] | undefined {
  const expressionsOf = ({ name, generated }: Column) => [
    ...(generated === undefined ? [] : [generated.expression]),
    ...checks.filter(({ behind }) => behind !== undefined && sameName(behind, name)).map((check) => check.expression),
  ];
  const isUsed = (column: Column, others: readonly Column[]) =>
    others.some(
      (other) => other !== column && expressionsOf(other).some((expression) => mentionsName(expression, column.name)),
    );
  const waiting = [...columns];
  const ordered: Column[] = [];
  while (waiting.length > 0) {
    const next = waiting.find((column) => !isUsed(column, waiting));
    if (next === undefined) return undefined;
    ordered.push(...waiting.splice(waiting.indexOf(next), 1));
  }
  return ordered;
}

function dropStep(table: string, column: Column): SchemaStep {
  const step = { kind: 'dropColumn' as const, table, column: column.name };
  return column.generated === undefined ? { ...step, note: lossOf(table, column) } : step;
}

function nullStep(table: string, from: Column, { name, notNull }: Column): SchemaStep {
  const step = { kind: 'setNotNull' as const, table, column: name, before: from.notNull, onConflict: notNull };
  const isNew = from.notNull === undefined && notNull !== undefined;
  return isNew ? { ...step, note: `SQLite refuses this while a row holds NULL in ${name}.` } : step;
}

/** Changes types first, by operations if possible, because operations verify that no value changes. */
function madeAnew(from: Table, to: Table, changes: Changes, reasons: readonly string[]): TableSteps {
  const copied = copiedColumns(from, to);
  if (copied === undefined) {
    const note = `${to.name} keeps none of its columns, so that its rows are lost.`;
    const drop = { kind: 'dropTable' as const, name: to.name, note };
    return { steps: [drop, { kind: 'create', sql: to.sql }], madeAnew: true, built: to };
  }
  const typed = changes.altered
    .map((change) => ({
      kind: 'alterColumn' as const,
      from: change.from,
      to: { ...change.from, type: change.to.type },
    }))
    .filter((change) => change.from.type !== change.to.type);
  const retyped = typed.filter((change) => isAlterable(from, to, change));
  const unproven = typed
    .filter((change) => !retyped.includes(change) && change.from.generated === undefined)
    .map((change) => conversionOf(to.name, change.from, change.to));
  const types: SchemaStep[] =
    retyped.length === 0 ? [] : [{ kind: 'batch', table: to.name, changes: retyped, reasons: [] }];
  const computed = from.columns.filter(({ name }) =>
    to.columns.some((column) => column.generated !== undefined && sameName(column.name, name)),
  );
  const losses = [...changes.dropped, ...computed]
    .filter(({ generated }) => generated === undefined)
    .map((column) => lossOf(to.name, column));
  const rebuild = { kind: 'rebuild' as const, from, to, copied, reasons: [...reasons, ...unproven, ...losses] };
  return { steps: [...types, rebuild], madeAnew: true, built: to };
}

/** SQLite converts values to the new type's affinity, and replaces NULL by a new number in a key that is the rowid. */
function conversionOf(table: string, from: Column, to: Column): string {
  return `The values of ${table}.${from.name} become ${to.type === '' ? 'of no type' : to.type} without a proof that they stay what they are: compare them first.`;
}

/**
 * Existing constraints keep their place; new ones go into the column that they were added with, or become table constraints.
 */
function builtTable(from: Side, to: Side, changes: Changes, withColumns: ReadonlySet<Check | ForeignKey>): Table {
  const fresh = new Set<unknown>([...changes.checks, ...changes.foreignKeys].map((change) => change.to));
  const place = (wanted: Check | ForeignKey, old: Check | ForeignKey | undefined, column: string | undefined) =>
    fresh.has(wanted) ? (withColumns.has(wanted) ? column : undefined) : old?.behind;
  const checks = pairChecks(from.table.checks, to.table.checks).flatMap(({ from: old, to: wanted }): Check[] =>
    wanted === undefined ? [] : [{ ...wanted, behind: place(wanted, old, wanted.behind) }],
  );
  const foreignKeys = pairForeignKeys(from, to).flatMap(({ from: old, to: wanted }): ForeignKey[] =>
    wanted === undefined ? [] : [{ ...wanted, behind: place(wanted, old, wanted.columns[0]) }],
  );
  return { ...to.table, checks, foreignKeys };
}
