/** Runs the revisions of a plan one after the other, and finds out what each of them wrote. */
import type Database from 'better-sqlite3';
import { countWritten } from '../checks/measure-after.ts';
import type { StepLeft } from '../checks/measurement.ts';
import type { DrydockError } from '../errors.ts';
import { faultPoint } from '../faults.ts';
import { queryPort } from '../files/query-port.ts';
import type { PortListener } from './guarded-port.ts';
import { followPragmas, type PragmasSet } from './ignored-pragmas.ts';
import type { EngineStep, Reply, StepReport, TimedStep } from './protocol.ts';
import { type LoadedModules, runStep } from './run-steps.ts';
import { runTold } from './statement-log.ts';
import type { WrittenSet } from './written-set.ts';

export interface Migration {
  readonly connection: Database.Database;
  /** On the live file every step runs inside the one transaction; on a working copy a step may run without one. */
  readonly on: 'live file' | 'working copy';
  readonly steps: readonly EngineStep[];
  readonly modules: LoadedModules;
  readonly writes: WrittenSet;
  readonly before: PortListener['before'];
  readonly tell: (reply: Reply) => void;
  readonly usedLate: (error: DrydockError) => void;
}

/** @returns A report of each step, and what each left. */
export async function runMigration(migration: Migration): Promise<{
  readonly steps: readonly StepReport[];
  readonly left: readonly StepLeft[];
}> {
  const { connection, steps, writes, tell } = migration;
  const reports: StepReport[] = [];
  const left: StepLeft[] = [];
  const pragmas = followPragmas();
  for (const [index, step] of steps.entries()) {
    tell({ kind: 'progress', task: `revision ${step.id}`, done: index, total: steps.length, unit: 'revision' });
    await faultPoint(`engine:step:${index}`);
    reports.push(
      await runTold(step, listenerOf(migration, pragmas), (listener) => runOne(migration, step, listener), tell),
    );
    pragmas.requireEffect(connection, step);
    const { written, renames } = writes.endStep();
    left.push({ rows: index < steps.length - 1 ? countWritten(queryPort(connection), written) : {}, renames });
  }
  return { steps: reports, left };
}

function listenerOf({ before, writes, tell, usedLate }: Migration, pragmas: PragmasSet): PortListener {
  return {
    before: (sql) => {
      before?.(sql);
      pragmas.note(sql);
    },
    usedLate,
    mayWrite: writes.note,
    undone: writes.forget,
    betweenOperations: writes.betweenOperations,
    progress: (task, done, total) => tell({ kind: 'progress', task, done, total, unit: 'row' }),
  };
}

async function runOne(migration: Migration, step: EngineStep, listener: PortListener): Promise<TimedStep> {
  const { connection, on, modules, writes } = migration;
  if (on === 'live file') return runStep(connection, step, 'transaction', modules, listener);
  if (!step.transaction) {
    writes.noteEvery(`revision ${step.id} ran outside a transaction`);
    return runStep(connection, step, 'autocommit', modules, listener);
  }
  connection.exec('BEGIN IMMEDIATE');
  const report = await runStep(connection, step, 'transaction', modules, listener);
  connection.exec('COMMIT');
  return report;
}
