/** The revisions themselves, and what is written down about them. */
import { type Engine, EngineDied } from '../engine/client.ts';
import { engineStep } from '../engine/engine-step.ts';
import type { EngineRequests, EngineStep, NewHistoryRow, StepReport } from '../engine/protocol.ts';
import { DrydockError } from '../errors.ts';
import { removeFile } from '../files/durable.ts';
import { copyToOwnedFile } from '../files/owned-file.ts';
import type { Step } from '../revisions/revision.ts';
import type { RunContext } from './context.ts';
import type { Plan } from './plan.ts';

export function engineSteps(plan: Plan): EngineStep[] {
  return plan.steps.map((step) => engineStep(step, plan.arguments));
}

/**
 * Imports the modules among the steps.
 * @throws {DrydockError} USAGE where one ends the process.
 */
export async function load(engine: Engine, plan: Plan): Promise<void> {
  const modules = plan.steps.filter(({ revision }) => revision.body.kind === 'module');
  await engine.call('load', { steps: engineSteps(plan) }).catch((error: unknown) => {
    if (!(error instanceof EngineDied) || error.signal !== null) throw error;
    throw new DrydockError('USAGE', {
      what: `The engine ended while it loaded ${modules.map(describeStep).join(' or ')}`,
      next: 'If a revision calls process.exit, take that out; then run again',
      cause: error,
    });
  });
}

/** @param liveFile See src/engine/write-gate.ts. */
export async function migrate(
  engine: Engine,
  plan: Plan,
  liveFile: EngineRequests['migrate']['takes']['liveFile'],
): Promise<readonly StepReport[]> {
  return engine.call('migrate', { steps: engineSteps(plan), liveFile }).catch((error: unknown) => {
    throw error instanceof EngineDied ? error.at(plan.steps.slice(error.done).map(describeStep)[0] ?? '') : error;
  });
}

function describeStep({ revision }: Step): string {
  return `revision ${revision.id} (${revision.path})`;
}

/**
 * Lets the revisions run on a copy: one that asked for no transaction cannot be rolled back, so the live file is kept
 * out of it until everything has passed, and then becomes the copy in one transaction. See
 * docs/decisions/0002-working-copy.md.
 */
export async function useWorkingCopy(context: RunContext, engine: Engine, snapshotPath: string): Promise<void> {
  const { workingCopy } = context.layout;
  await copyToOwnedFile(snapshotPath, workingCopy, context.ownership);
  await engine.call('useWorkingCopy', { path: workingCopy });
}

export function removeWorkingCopy({ layout }: RunContext): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) removeFile(`${layout.workingCopy}${suffix}`);
}

/** What is written of the run, in the same transaction: its id in the database is the proof of the commit. */
export function historyRows(
  context: RunContext,
  plan: Plan,
  snapshot: string,
  reports: readonly StepReport[],
): readonly NewHistoryRow[] {
  const common = { runId: context.runId, snapshot, toolVersion: context.request.toolVersion };
  const now = new Date().toISOString();
  const ran: NewHistoryRow[] = plan.steps.map(({ revision, direction }, index) => ({
    ...common,
    revision: revision.id,
    direction,
    checksum: revision.checksum,
    startedAt: reports[index]?.startedAt ?? now,
    durationMs: reports[index]?.durationMs ?? 0,
    result: 'done',
  }));
  const deferred: NewHistoryRow[] = plan.maintenance
    .filter(({ deferredBy }) => deferredBy === undefined)
    .map(({ step: { revision, direction } }) => ({
      ...common,
      revision: revision.id,
      direction,
      checksum: revision.checksum,
      startedAt: now,
      durationMs: 0,
      result: 'deferred',
    }));
  const stamped: NewHistoryRow[] = plan.stamped.map((revision) => ({
    ...common,
    revision: revision.id,
    direction: 'stamp',
    checksum: revision.checksum,
    startedAt: now,
    durationMs: 0,
    result: 'done',
  }));
  return [...ran, ...deferred, ...stamped];
}
