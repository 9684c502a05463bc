/** The run's rows in the database, written in the same transaction: its id there is the proof of the commit. */
import type { NewHistoryRow, StepReport } from '../engine/protocol.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import { stoppable } from './context.ts';
import type { PlannedRun } from './planned-run.ts';
import type { InspectedSnapshot, RawCopy } from './take-snapshot.ts';

export interface Recorded {
  /** The snapshot named in the rows of the run. */
  readonly snapshot: string;
  readonly rows: number;
  /** The triggers that fired when the rows were written. */
  readonly triggers: readonly string[];
}

/**
 * Before anything is measured, since a trigger on these tables can change any other. The snapshot to go back to is
 * certain only after the copy is inspected, since its content may be stored already. The rows wait for that only if
 * there is a trigger, which would fire again if they were changed.
 */
export async function record(
  run: PlannedRun,
  steps: readonly StepReport[],
  copy: RawCopy,
  proving: Promise<InspectedSnapshot>,
): Promise<Recorded> {
  const { context, engine, plan } = run;
  const triggers = await stoppable(context, engine, engine.call('findTriggers', {}));
  const snapshot = triggers.length > 0 || plan.onWorkingCopy ? (await proving).manifest.id : copy.id;
  const rows = historyRows(run, snapshot, steps);
  await stoppable(context, engine, engine.call('record', { current: plan.to, rows, triggers }));
  return { snapshot, rows: rows.length, triggers };
}

/** Corrects the rows, if the content of the copy turned out to be stored already in another snapshot. */
export async function nameSnapshot(run: PlannedRun, recorded: Recorded, { manifest: { id } }: Snapshot): Promise<void> {
  const { context, engine } = run;
  if (recorded.snapshot === id) return;
  const naming = engine.call('nameSnapshot', { runId: context.runId, rows: recorded.rows, snapshot: id });
  await stoppable(context, engine, naming);
}

function historyRows(
  { context, plan }: PlannedRun,
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
