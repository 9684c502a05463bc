import { isDeepStrictEqual } from 'node:util';
import { DrydockError } from '../errors.ts';
import { constraintsOf } from '../schema/edit/edit-constraints.ts';
import type { Outline } from '../schema/edit/edit-outline.ts';
import { outlineOf } from '../schema/edit/edit-outline.ts';
import type { TableText } from '../schema/edit/edit-table.ts';
import { parseTable } from '../schema/edit/edit-table.ts';
import { differsOnlyInQuotes } from '../schema/edit/text-in-quotes.ts';
import { sameName } from '../schema/names.ts';
import type { CompiledObject } from '../schema/objects/objects.ts';
import { quoteName } from '../schema/quote.ts';
import { keepingDependents } from './dependents.ts';
import type { StoredTable } from './lookups.ts';
import { numberFrom, requireTable } from './lookups.ts';
import { rebuild } from './rebuild.ts';
import type { OperationNote, SqlPort } from './sql-port.ts';
import { onlyTried, tell } from './sql-port.ts';
import type { TablePlan } from './table-plan.ts';
import { planFor, withTable } from './table-plan.ts';

/** What a change may look at while it is planned. */
export interface TableFacts {
  readonly port: SqlPort;
  readonly stored: StoredTable;
  readonly compiled: readonly CompiledObject[];
  readonly hasRows: () => boolean;
}

/** The step of a change that has nothing to do. */
export function nothingToDo(plan: TablePlan): PlannedChange {
  return { plan, why: 'nothing to change', inPlace: () => undefined };
}

/** The result of planning a change: the table after it, and how SQLite can make it in place, or why it cannot. */
export interface PlannedChange {
  readonly plan: TablePlan;
  readonly why: string;
  /** Absent if only a rebuild can make it. */
  readonly inPlace?: () => void;
  /** The first SQLite version that can make it in place; the SQLite that runs a script may be older. */
  readonly since?: string;
}

/** One change to a table. Planning it changes nothing yet. */
export interface TableChange {
  readonly operation: string;
  /** @throws {DrydockError} If the change cannot be made. */
  prepare(plan: TablePlan, facts: TableFacts): PlannedChange;
}

/**
 * Makes several changes to one table: in place if SQLite can make all of them in place, otherwise in one rebuild.
 * @param what For errors: `addColumn on people`.
 * @throws {DrydockError} If a change cannot be made or would break something else; then nothing is changed.
 */
export function changeTable(port: SqlPort, tableName: string, what: string, changes: readonly TableChange[]): void {
  tell(
    port,
    keepingDependents(port, what, (compiled) => changeTableOnly(port, tableName, changes, compiled)),
  );
}

/**
 * Like `changeTable`, inside the caller's `keepingDependents`.
 * @returns The notes to report.
 */
export function changeTableOnly(
  port: SqlPort,
  tableName: string,
  changes: readonly TableChange[],
  compiled: readonly CompiledObject[],
): OperationNote[] {
  const stored = requireTable(port, tableName);
  const hasRows = () =>
    port.later !== undefined || numberFrom(port, `SELECT EXISTS (SELECT 1 FROM main.${quoteName(stored.name)})`) === 1;
  const facts: TableFacts = { port, stored, compiled, hasRows };
  const { steps, plan } = planned(changes, facts);
  const needsRebuild = steps.find(({ inPlace }) => inPlace === undefined);
  if (needsRebuild !== undefined) {
    rebuild(port, stored, plan);
  } else if (port.later !== undefined && steps.some(({ since }) => since !== undefined)) {
    rebuild(port, stored, withTable(plan, textInPlace(port, stored.name, steps)));
  } else {
    for (const step of steps) step.inPlace?.();
    assertReadsAs(port, stored.name, plan);
  }
  return steps.map(({ operation, why }) => ({
    operation,
    table: stored.name,
    method: needsRebuild === undefined ? 'in place' : 'rebuild',
    why: needsRebuild?.why ?? why,
  }));
}

/**
 * Plans the changes in the order written, except that one waits for others if it is not possible before them: what counts is
 * the table in the end.
 */
function planned(changes: readonly TableChange[], facts: TableFacts) {
  const steps: (PlannedChange & { readonly operation: string })[] = [];
  let plan = planFor(facts.stored.sql);
  let left = changes;
  while (left.length > 0) {
    const refusals: DrydockError[] = [];
    const waiting = left.filter((change) => {
      try {
        const step = change.prepare(plan, facts);
        steps.push({ ...step, operation: change.operation });
        plan = step.plan;
        return false;
      } catch (error) {
        if (!(error instanceof DrydockError)) throw error;
        refusals.push(error);
        return true;
      }
    });
    const [refusal] = refusals;
    if (refusal !== undefined && waiting.length === left.length) throw refusal;
    left = waiting;
  }
  requireKeyOfRows(plan.table, facts.stored.name);
  return { steps, plan };
}

function requireKeyOfRows(table: TableText, name: string): void {
  const hasKey = constraintsOf(table).some(({ constraint: { node } }) => node.type.startsWith('PrimaryKey'));
  if (hasKey || !table.sql.slice(table.close).toUpperCase().includes('WITHOUT')) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `${name} is a WITHOUT ROWID table, which needs its primary key`,
    next: 'Create another one in the same op.batchAlterTable, with createPrimaryKey',
  });
}

/** The exact text that SQLite's in-place changes would produce; nothing is kept. */
function textInPlace(port: SqlPort, table: string, steps: readonly PlannedChange[]): TableText {
  return onlyTried(port, () => {
    for (const step of steps) step.inPlace?.();
    return parseTable(requireTable(port, table).sql);
  });
}

/** SQLite edits the stored text in its own way; both ways must produce the same table. */
function assertReadsAs(port: SqlPort, table: string, plan: TablePlan): void {
  const { sql } = requireTable(port, table);
  const [now, wanted] = [meaningful(parseTable(sql)), meaningful(plan.table)];
  if (isDeepStrictEqual(now, withQuotesOf(now, wanted))) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `SQLite changed ${table} differently than requested: ${sql}`,
    next: 'Write the change as SQL in the revision, as described at https://sqlite.org/lang_altertable.html',
  });
}

/** With single quotes around text where the statement that ran had them. */
function withQuotesOf(now: Outline, wanted: Outline): Outline {
  const asNow = (texts: readonly string[], others: readonly string[] = []) =>
    texts.map((text, at) => (differsOnlyInQuotes(text, others[at] ?? '') ? (others[at] ?? text) : text));
  const columns = wanted.columns.map((column, at) => ({
    ...column,
    constraints: asNow(column.constraints, now.columns[at]?.constraints),
  }));
  return { ...wanted, columns, constraints: asNow(wanted.constraints, now.constraints) };
}

/** Drops a column's `NULL`, which SQLite accepts, ignores, and removes together with a NOT NULL before it. */
function meaningful(table: TableText): Outline {
  const outline = outlineOf(table);
  const columns = outline.columns.map((column) => ({
    ...column,
    constraints: column.constraints.filter((constraint) => !sameName(constraint, 'NULL')),
  }));
  return { ...outline, columns };
}
