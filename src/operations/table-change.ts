import { isDeepStrictEqual } from 'node:util';
import { DrydockError, invariant } from '../errors.ts';
import type { Outline } from '../schema/edit/edit-outline.ts';
import { outlineOf } from '../schema/edit/edit-outline.ts';
import type { TableText } from '../schema/edit/edit-table.ts';
import { parseTable } from '../schema/edit/edit-table.ts';
import { sameName } from '../schema/names.ts';
import { quoteName } from '../schema/quote.ts';
import type { Compiled } from './dependents.ts';
import { keepingDependents } from './dependents.ts';
import type { StoredTable } from './lookups.ts';
import { numberFrom, requireTable } from './lookups.ts';
import { rebuild } from './rebuild.ts';
import type { OperationNote, SqlPort } from './sql-port.ts';
import { tell } from './sql-port.ts';
import type { TablePlan } from './table-plan.ts';
import { planFor, withTable } from './table-plan.ts';

/** What a change may look at while it is planned. */
export interface TableFacts {
  readonly port: SqlPort;
  readonly stored: StoredTable;
  readonly compiled: readonly Compiled[];
  readonly hasRows: () => boolean;
}

/** The step of a change that finds everything as it is to be. */
export function nothingToDo(plan: TablePlan): Step {
  return { plan, why: 'it is so already', inPlace: () => undefined };
}

/** What a change comes to: the table with it, and how SQLite can make it in place, or why it cannot. */
export interface Step {
  readonly plan: TablePlan;
  readonly why: string;
  /** Left out where only a rebuild will do. */
  readonly inPlace?: () => void;
  /** Where only a new SQLite can make it in place, which may not be what runs a script. */
  readonly since?: string;
}

/** One change of a table. Planning it changes nothing yet. */
export interface TableChange {
  readonly operation: string;
  /** @throws {DrydockError} Where the change cannot be made. */
  prepare(plan: TablePlan, facts: TableFacts): Step;
}

/**
 * Makes several changes of one table: all in place if SQLite can make all of them so, else in one rebuild.
 * @param what For errors: `addColumn on people`.
 * @throws {DrydockError} Where one cannot be made, or would break something else; nothing is changed then.
 */
export function changeTable(port: SqlPort, tableName: string, what: string, changes: readonly TableChange[]): void {
  tell(
    port,
    keepingDependents(port, what, (compiled) => changeTableOnly(port, tableName, changes, compiled)),
  );
}

/**
 * As `changeTable`, within `keepingDependents` of the caller.
 * @returns What to tell of it.
 */
export function changeTableOnly(
  port: SqlPort,
  tableName: string,
  changes: readonly TableChange[],
  compiled: readonly Compiled[],
): OperationNote[] {
  const stored = requireTable(port, tableName);
  const hasRows = () =>
    port.later !== undefined || numberFrom(port, `SELECT EXISTS (SELECT 1 FROM main.${quoteName(stored.name)})`) === 1;
  const facts: TableFacts = { port, stored, compiled, hasRows };
  const steps: Step[] = [];
  let plan = planFor(stored.sql);
  for (const change of changes) {
    const step = change.prepare(plan, facts);
    steps.push(step);
    plan = step.plan;
  }
  const needsRebuild = steps.find(({ inPlace }) => inPlace === undefined);
  if (needsRebuild !== undefined) {
    rebuild(port, stored, plan);
  } else if (port.later !== undefined && steps.some(({ since }) => since !== undefined)) {
    rebuild(port, stored, withTable(plan, textInPlace(port, stored.name, steps)));
  } else {
    for (const step of steps) step.inPlace?.();
    assertReadsAs(port, stored.name, plan);
  }
  return changes.map(({ operation }, index) => ({
    operation,
    table: stored.name,
    method: needsRebuild === undefined ? 'in place' : 'rebuild',
    why: needsRebuild?.why ?? steps[index]?.why ?? '',
  }));
}

/** What SQLite would make of the table in place, to the letter; nothing of it is done. */
function textInPlace(port: SqlPort, table: string, steps: readonly Step[]): TableText {
  let text: TableText | undefined;
  const undo = new Error('only tried');
  try {
    port.atomically(() => {
      for (const step of steps) step.inPlace?.();
      text = parseTable(requireTable(port, table).sql);
      throw undo;
    });
  } catch (error) {
    if (error !== undo) throw error;
  }
  invariant(text !== undefined, `${table} was not changed in place`);
  return text;
}

/** SQLite edits the stored text in its own way; both ways must come to the same table. */
function assertReadsAs(port: SqlPort, table: string, plan: TablePlan): void {
  const { sql } = requireTable(port, table);
  if (isDeepStrictEqual(meaningful(parseTable(sql)), meaningful(plan.table))) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `SQLite changed ${table} into something else than was asked for: ${sql}`,
    next: 'Write the change as SQL in the revision, after https://sqlite.org/lang_altertable.html',
  });
}

/** Without the `NULL` of a column, which SQLite accepts, ignores, and takes away along with a NOT NULL before it. */
function meaningful(table: TableText): Outline {
  const outline = outlineOf(table);
  const columns = outline.columns.map((column) => ({
    ...column,
    constraints: column.constraints.filter((constraint) => !sameName(constraint, 'NULL')),
  }));
  return { ...outline, columns };
}
