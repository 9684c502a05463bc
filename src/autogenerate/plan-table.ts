import { pairChecks, pairForeignKeys, type Side } from '../schema/compare/compare-constraints.ts';
import { sameName } from '../schema/names.ts';
import type { Check, Column, ForeignKey, Table } from '../schema/normalised.ts';
import { type AddedColumns, addColumns, whyNotAddable } from './add-columns.ts';
import { batchOf, checksLostBy, isAlterable, isNameTwice, lossOf } from './batch-plan.ts';
import type { Changes } from './changes.ts';
import { copiedColumns } from './rebuild-statements.ts';
import type { Step } from './schema-steps.ts';
import { mentions } from './with-renames.ts';

/** How one table becomes another. */
export interface TablePlan {
  readonly steps: readonly Step[];
  /** Whether it is made anew by statements, which its indexes and triggers do not survive. */
  readonly madeAnew: boolean;
  /** The wanted table with its constraints where they stand once the steps are done. */
  readonly built: Table;
}

/** What a rebuild is written in. Statements take what no operation can, and do not look at the state in between. */
export type Means = 'operations' | 'statements';

/** Plans the changes of one table: in place where SQLite can, else by the operations in one batch, else by statements. */
export function planTable(from: Side, to: Side, changes: Changes, means: Means): TablePlan {
  const reasons = whyNotInPlace(from.table, to.table, changes);
  const added = addColumns(to.table, changes.added);
  const dropped = inOrderOfDrop(changes.dropped, from.table.checks);
  if (added !== undefined && dropped !== undefined && reasons.length === 0) {
    return inPlace(from, to, { ...changes, dropped }, added);
  }
  if (added === undefined) reasons.push(`the new columns of ${to.table.name} speak of each other`);
  if (dropped === undefined) reasons.push(`the columns of ${to.table.name} that go speak of each other`);
  const batch = batchOf(from.table, to.table, changes, inOrderOfDrop(changes.dropped, []));
  if (batch === undefined || means === 'statements') return madeAnew(from.table, to.table, changes, reasons);
  const step = { kind: 'batch' as const, table: to.table.name, changes: batch, reasons };
  return { steps: [step], madeAnew: false, built: builtTable(from, to, changes, new Set()) };
}

function inPlace(from: Side, to: Side, changes: Changes, added: AddedColumns): TablePlan {
  const { name } = to.table;
  const apart = changes.checks.flatMap((change) =>
    change.to === undefined || added.with.has(change.to) ? [] : [change.to],
  );
  const steps: Step[] = [
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
    reasons.push(`a CHECK that ${to.name} has already should stand behind the new column ${behind}`);
  }
  for (const { behind } of checksLostBy(from, changes)) {
    reasons.push(`a CHECK stands behind ${from.name}.${behind}, which goes, and is to stay`);
  }
  return reasons;
}

function isNamedIn(columns: readonly Column[], name: string | undefined): boolean {
  return name !== undefined && columns.some((column) => sameName(column.name, name));
}

/** What ALTER TABLE … DROP CONSTRAINT takes away, foreign keys among it. What stands behind a column goes with that. */
function droppedNames({ checks, foreignKeys, dropped }: Changes): string[] {
  return [...checks, ...foreignKeys].flatMap(({ from }) =>
    from?.name === undefined || isNamedIn(dropped, from.behind) ? [] : [from.name],
  );
}

/**
 * Columns in an order in which they can go: each before those that its expression and the CHECKs behind it speak of.
 * @param checks Those that stay until their column goes.
 * @returns undefined where they speak of each other.
 */
function inOrderOfDrop(columns: readonly Column[], checks: readonly Check[]): Column[] | undefined {
  const expressionsOf = ({ name, generated }: Column) => [
    ...(generated === undefined ? [] : [generated.expression]),
    ...checks.filter(({ behind }) => behind !== undefined && sameName(behind, name)).map((check) => check.expression),
  ];
  const isUsed = (column: Column, others: readonly Column[]) =>
    others.some(
      (other) => other !== column && expressionsOf(other).some((expression) => mentions(expression, column.name)),
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

function dropStep(table: string, column: Column): Step {
  const step = { kind: 'dropColumn' as const, table, column: column.name };
  return column.generated === undefined ? { ...step, note: lossOf(table, column) } : step;
}

function nullStep(table: string, from: Column, { name, notNull }: Column): Step {
  const step = { kind: 'setNotNull' as const, table, column: name, before: from.notNull, onConflict: notNull };
  const isNew = from.notNull === undefined && notNull !== undefined;
  return isNew ? { ...step, note: `SQLite refuses this while a row holds NULL in ${name}.` } : step;
}

/** Types first and by the operations, where they can, because those prove that no value changes. */
function madeAnew(from: Table, to: Table, changes: Changes, reasons: readonly string[]): TablePlan {
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
  const types: Step[] = retyped.length === 0 ? [] : [{ kind: 'batch', table: to.name, changes: retyped, reasons: [] }];
  const computed = from.columns.filter(({ name }) =>
    to.columns.some((column) => column.generated !== undefined && sameName(column.name, name)),
  );
  const losses = [...changes.dropped, ...computed]
    .filter(({ generated }) => generated === undefined)
    .map((column) => lossOf(to.name, column));
  const rebuild = { kind: 'rebuild' as const, from, to, copied, reasons: [...reasons, ...unproven, ...losses] };
  return { steps: [...types, rebuild], madeAnew: true, built: to };
}

/** SQLite makes of a value what the new type's affinity has it be, and of NULL in a key that is the rowid a new one. */
function conversionOf(table: string, from: Column, to: Column): string {
  return `The values of ${table}.${from.name} become ${to.type === '' ? 'of no type' : to.type} without a proof that they stay what they are: compare them first.`;
}

/** Constraints that were there stay where they stood; new ones stand behind the column that they came with, or apart. */
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
