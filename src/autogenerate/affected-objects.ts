import { includesName, sameName } from '../schema/names.ts';
import type { TableSteps } from './plan-table.ts';
import type { Rename } from './renames.ts';

/** The parts of a table change that views and triggers may block. Names are those from before the change. */
export interface Disturbance {
  /** Tables that are dropped or renamed. */
  readonly tables: readonly string[];
  /** Columns that are dropped or renamed. */
  readonly columns: readonly PlacedColumn[];
  /** Tables that are dropped along the way, with their triggers, even if they are created again. */
  readonly dropped: readonly string[];
  /** Tables that are dropped for good. */
  readonly gone: readonly string[];
}

export interface PlacedColumn {
  readonly table: string;
  readonly column: string;
}

/**
 * @param plans The plans of the tables that stay, by folded new name.
 * @param gone Names of the tables that are dropped.
 */
export function disturbanceOf(
  plans: ReadonlyMap<string, TableSteps>,
  renames: readonly Rename[],
  gone: readonly string[],
): Disturbance {
  const madeAnew = [...plans].filter(([, plan]) => plan.madeAnew).map(([name]) => oldName(name, renames));
  return {
    tables: [...gone, ...renames.flatMap((rename) => (rename.kind === 'table' ? rename.from : []))],
    columns: [...renamedColumns(renames), ...droppedColumns(plans, renames)],
    dropped: [...gone, ...madeAnew],
    gone,
  };
}

function renamedColumns(renames: readonly Rename[]): PlacedColumn[] {
  return renames.flatMap((rename) =>
    rename.kind === 'column' ? [{ table: oldName(rename.table, renames), column: rename.from }] : [],
  );
}

function droppedColumns(plans: ReadonlyMap<string, TableSteps>, renames: readonly Rename[]): PlacedColumn[] {
  const steps = [...plans.values()].flatMap((plan) => plan.steps);
  return steps.flatMap((step) => {
    if (step.kind === 'dropColumn') return [{ table: oldName(step.table, renames), column: step.column }];
    if (step.kind === 'batch') {
      const dropped = step.changes.flatMap((change) => (change.kind === 'dropColumn' ? [change.column.name] : []));
      return dropped.map((column) => ({ table: oldName(step.table, renames), column }));
    }
    if (step.kind !== 'rebuild') return [];
    const kept = step.to.columns.map(({ name }) => name);
    const lost = step.from.columns.map(({ name }) => name).filter((name) => !includesName(kept, name));
    return lost.map((column) => ({ table: oldName(step.to.name, renames), column }));
  });
}

/** The name that a table had before the renames. */
export function oldName(name: string, renames: readonly Rename[]): string {
  return renames.find((rename) => rename.kind === 'table' && sameName(rename.to, name))?.from ?? name;
}
