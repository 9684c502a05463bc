import { DrydockError } from '../errors.ts';
import type { RowExpectation } from '../revisions/revision.ts';
import { compareSchemas } from '../schema/compare/compare.ts';
import { isMild, type SchemaDifference } from '../schema/compare/difference.ts';
import { contentTableOf } from '../schema/full-text.ts';
import { foldName, includesName, sameName } from '../schema/names.ts';
import type { Schema, Table } from '../schema/normalised.ts';
import { disturbanceOf, oldName } from './affected-objects.ts';
import { putAside } from './dependents-to-recreate.ts';
import { type Means, planTable, type TableSteps } from './plan-table.ts';
import {
  acceptedRenames,
  inverseOf,
  type Rename,
  type RenameDecision,
  type RenameQuestion,
  renameQuestions,
} from './renames.ts';
import type { SchemaStep } from './schema-steps.ts';
import { changesOf, isEntangled } from './table-changes.ts';
import { withRenames } from './with-renames.ts';

/** One direction of the planned revision. */
export interface DirectionPlan {
  readonly steps: readonly SchemaStep[];
  /** The declarations for the row count check: see the revision formats. */
  readonly expect: readonly RowExpectation[];
  /** How a `.ts` revision writes the steps: see `isEntangled`. */
  readonly means: Means;
}

/** The changes from one schema to another, and back. */
export interface ChangePlan {
  readonly up: DirectionPlan;
  readonly down: DirectionPlan;
}

export type PlanResult =
  /** A person has to answer these before anything can be planned. Ask, add the decisions, and plan again. */
  | { readonly kind: 'questions'; readonly questions: readonly RenameQuestion[] }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'plan'; readonly plan: ChangePlan };

/**
 * Plans the changes from the schema that the revisions make to the desired one. Order and spelling alone are not changes.
 * @throws {DrydockError} USAGE for an impossible decision, or a change that only a person can write.
 */
export function planChanges(from: Schema, to: Schema, decisions: readonly RenameDecision[] = []): PlanResult {
  const questions = renameQuestions(from, to, decisions);
  if (questions.length > 0) return { kind: 'questions', questions };
  const renames = acceptedRenames(from, to, decisions);
  const up = planDirection(from, to, renames);
  if (up.steps.length === 0) return { kind: 'nothing' };
  // Starts from the result of the upgrade, which may have its constraints in other places than the desired SQL.
  const down = planDirection(up.built, from, inverseOf(renames));
  return {
    kind: 'plan',
    plan: { up: directionOf(up), down: directionOf(down) },
  };
}

function directionOf({ steps, expect, means }: Planned): DirectionPlan {
  return { steps, expect, means };
}

interface Planned extends DirectionPlan {
  readonly built: Schema;
}

function planDirection(from: Schema, to: Schema, renames: readonly Rename[]): Planned {
  const renamed = withRenames(from, renames);
  const differences = compareSchemas(renamed, to).filter((difference) => !isMild(difference));
  assertNoVirtualTableChanges(differences);
  const means = isEntangled(renamed, to, differences) ? 'statements' : 'operations';
  const plans = planTables(renamed, to, differences, means);
  // A table cannot be dropped before the virtual table that names it.
  const gone = [
    ...renamed.virtualTables.filter((table) => !hasVirtualTable(to, table.name)).map(({ name }) => name),
    ...renamed.tables.filter((table) => !hasTable(to, table)).map(({ name }) => name),
  ];
  const madeAnew = [...plans].filter(([, plan]) => plan.madeAnew).map(([name]) => name);
  const aside = putAside(from, to, disturbanceOf(plans, renames, gone));
  const steps = [
    ...requiredSchemas(from, plans, renames),
    ...aside.before,
    ...gone.map((name) => dropTable(name, renamed)),
    ...droppedIndexes(differences, [...gone, ...madeAnew]),
    ...renames.map(renameStep),
    ...[...plans.values()].flatMap((plan) => plan.steps),
    ...to.tables.filter((table) => !hasTable(renamed, table)).map(({ sql }) => ({ kind: 'create' as const, sql })),
    ...to.virtualTables
      .filter(({ name }) => !hasVirtualTable(renamed, name))
      .map(({ sql }) => ({ kind: 'create' as const, sql })),
    ...createdIndexes(to, differences, madeAnew),
    ...aside.after,
    ...filledFullText(renamed, to),
  ];
  const built = { ...to, tables: to.tables.map((table) => plans.get(foldName(table.name))?.built ?? table) };
  return { steps, expect: expectations(steps), means, built };
}

/** Uses the names from before, since renames come later. */
function requiredSchemas(
  { tables, indexes, triggers }: Schema,
  plans: ReadonlyMap<string, TableSteps>,
  renames: readonly Rename[],
): SchemaStep[] {
  const rebuilt = [...plans].filter(([, { steps }]) => steps.some(({ kind }) => kind === 'rebuild'));
  return rebuilt.flatMap(([newName]) => {
    const name = oldName(newName, renames);
    const ofTable = [...indexes, ...triggers].filter(({ table }) => sameName(table, name));
    return tables
      .filter((table) => sameName(table.name, name))
      .map((table) => ({
        kind: 'requireSchema' as const,
        table: table.name,
        statements: [table, ...ofTable].map(({ sql }) => sql),
        reasons: [],
      }));
  });
}

function planTables(
  from: Schema,
  to: Schema,
  differences: readonly SchemaDifference[],
  means: Means,
): Map<string, TableSteps> {
  const plans = new Map<string, TableSteps>();
  for (const wanted of to.tables) {
    const table = from.tables.find(({ name }) => sameName(name, wanted.name));
    const ofTable = differences.filter((difference) => isInside(difference) && sameName(difference.table, wanted.name));
    if (table === undefined) continue;
    plans.set(
      foldName(wanted.name),
      planTable({ table, schema: from }, { table: wanted, schema: to }, changesOf(ofTable), means),
    );
  }
  return plans;
}

/** Whether it concerns the content of the CREATE TABLE. */
function isInside({ kind }: SchemaDifference): boolean {
  return !['table', 'index', 'view', 'trigger', 'virtualTable'].includes(kind);
}

/** Comes last, since the content may be a view that is created again. A new content table has no rows to index. */
function filledFullText(from: Schema, to: Schema): SchemaStep[] {
  const hasRows = (content: string) =>
    to.views.some(({ name }) => sameName(name, content)) ||
    (hasTable(from, { name: content }) && hasTable(to, { name: content })) ||
    (hasVirtualTable(from, content) && hasVirtualTable(to, content));
  return to.virtualTables
    .filter(({ name }) => !hasVirtualTable(from, name))
    .filter(({ sql }) => {
      const content = contentTableOf(sql);
      return content !== undefined && hasRows(content);
    })
    .map(({ name }) => ({ kind: 'rebuildFullText' as const, name }));
}

function droppedIndexes(differences: readonly SchemaDifference[], withTheirTable: readonly string[]): SchemaStep[] {
  return differences.flatMap((difference) => {
    if (difference.kind !== 'index' || difference.from === undefined) return [];
    if (includesName(withTheirTable, difference.from.table)) return [];
    return [{ kind: 'dropIndex' as const, name: difference.from.name }];
  });
}

function createdIndexes(
  to: Schema,
  differences: readonly SchemaDifference[],
  madeAnew: readonly string[],
): SchemaStep[] {
  const changed = new Set(
    differences.flatMap((difference) => (difference.kind === 'index' ? (difference.to ?? []) : [])),
  );
  return to.indexes
    .filter((index) => changed.has(index) || includesName(madeAnew, index.table))
    .map((index) => ({ kind: 'createIndex' as const, index }));
}

function renameStep(rename: Rename): SchemaStep {
  return rename.kind === 'table'
    ? { kind: 'renameTable', from: rename.from, to: rename.to }
    : { kind: 'renameColumn', table: rename.table, from: rename.from, to: rename.to };
}

function dropTable(name: string, { virtualTables }: Schema): SchemaStep {
  const isVirtual = virtualTables.some((table) => sameName(table.name, name));
  const note = isVirtual ? `What ${name} has indexed is lost.` : `The rows of ${name} are lost.`;
  return { kind: 'dropTable', name, note };
}

function expectations(steps: readonly SchemaStep[]): RowExpectation[] {
  const names = steps.flatMap((step) => (step.kind === 'dropTable' ? [step.name] : []));
  return [...new Set(names)].map((table) => ({ table, rows: 'dropped' }));
}

function hasTable({ tables }: Schema, { name }: Pick<Table, 'name'>): boolean {
  return tables.some((table) => sameName(table.name, name));
}

function hasVirtualTable({ virtualTables }: Schema, name: string): boolean {
  return virtualTables.some((table) => sameName(table.name, name));
}

/** Only the module knows what a virtual table holds; dropping it to create another would lose that. */
function assertNoVirtualTableChanges(differences: readonly SchemaDifference[]): void {
  for (const { kind, from, to, name, sentence } of differences) {
    if (kind !== 'virtualTable' || from === undefined || to === undefined) continue;
    throw new DrydockError('USAGE', {
      what: sentence,
      next: `SQLite cannot alter a virtual table: write a revision that drops ${name}, creates it and fills it again, then plan the rest`,
    });
  }
}
