/** Runs the revisions, on the live file or on a working copy of it. */
import { EngineDied } from '../engine/client.ts';
import { engineStep } from '../engine/engine-step.ts';
import type { EngineRequests, EngineStep } from '../engine/protocol.ts';
import { DrydockError, messageOf } from '../errors.ts';
import { removeFile } from '../files/durable.ts';
import { copyToOwnedFile } from '../files/owned-file.ts';
import { describeList } from '../format.ts';
import type { Step } from '../revisions/revision.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import { phase, type RunContext, stoppable, tellFact } from './context.ts';
import type { Plan } from './plan.ts';
import type { PlannedRun } from './planned-run.ts';

export type Migrated = EngineRequests['migrate']['gives'];

function engineSteps(plan: Plan): EngineStep[] {
  return plan.steps.map((step) => engineStep(step, plan.arguments));
}

/**
 * Imports the modules among the steps.
 * @throws {DrydockError} USAGE if one ends the process.
 */
export async function load({ context, engine, plan }: PlannedRun): Promise<void> {
  const modules = plan.steps.filter(({ revision }) => revision.body.kind === 'module');
  const loading = engine.call('load', { steps: engineSteps(plan) }).catch((error: unknown) => {
    if (!(error instanceof EngineDied) || error.signal !== null) throw error;
    throw new DrydockError('USAGE', {
      what: `The engine ended while it loaded ${describeList(modules.map(describeStep), 'or')}`,
      next: 'If a revision calls process.exit, take that out; then run again',
      cause: error,
    });
  });
  await stoppable(context, engine, loading);
}

/**
 * The phase. No page of the live file changes before the snapshot is verified. In WAL mode SQLite ensures that; with a
 * rollback journal the engine runs only small statements until then (engine/write-gate.ts). A working copy is made from
 * the snapshot, and waits for it.
 */
export async function migrate(run: PlannedRun, proving: Promise<Snapshot>): Promise<Migrated> {
  const { context, engine, held, plan } = run;
  if (plan.steps.length > 0) await tellSchema(run, 'schemaBefore');
  if (plan.onWorkingCopy) await useWorkingCopy(run, (await proving).path);
  const liveFile = held.journalMode === 'wal' || plan.onWorkingCopy ? 'may change' : 'stays until the gate opens';
  const migrating = () =>
    engine.call('migrate', { steps: engineSteps(plan), liveFile }).catch((error: unknown) => {
      throw error instanceof EngineDied ? error.at(plan.steps.slice(error.done).map(describeStep)[0] ?? '') : error;
    });
  const migrated = await phase(context, 'migrate', () => stoppable(context, engine, migrating()), describeSteps);
  if (plan.steps.length > 0) await tellSchema(run, 'schemaAfter');
  return migrated;
}

function describeStep({ revision }: Step): string {
  return `revision ${revision.id} (${revision.path})`;
}

/**
 * Runs the revisions on a copy: one that asked for no transaction cannot be rolled back, so the live file stays
 * untouched until everything has passed, and then gets the copy's content in one transaction. See
 * docs/decisions/0002-working-copy.md.
 */
async function useWorkingCopy({ context, engine }: PlannedRun, snapshotPath: string): Promise<void> {
  const { workingCopy } = context.layout;
  await copyToOwnedFile(snapshotPath, workingCopy, context.ownership);
  await engine.call('useWorkingCopy', { path: workingCopy });
}

export function removeWorkingCopy({ layout }: RunContext): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) removeFile(`${layout.workingCopy}${suffix}`);
}

/** For the record of the run; a schema that cannot be read is no reason for the run to fail. */
async function tellSchema({ context, engine }: PlannedRun, when: 'schemaBefore' | 'schemaAfter'): Promise<void> {
  try {
    tellFact(context, { [when]: await stoppable(context, engine, engine.call('readSchema', {})) });
  } catch (error) {
    // Without an engine the run cannot continue.
    if (context.stop.aborted || error instanceof EngineDied) throw error;
    const message = `the schema cannot be read, so the report of this run will not say what became of it: ${messageOf(error)}`;
    context.observer({ kind: 'warning', message });
  }
}

function describeSteps({ steps }: Migrated) {
  return { revisions: steps.map(({ id, direction, durationMs }) => ({ id, direction, durationMs })) };
}
