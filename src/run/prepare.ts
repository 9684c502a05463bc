/** Snapshot, revisions and checks, with nothing committed; the snapshot is proven while the revisions run. */
import { judge } from '../checks/judge.ts';
import type { CheckResult, Measurement } from '../checks/measurement.ts';
import { type Engine, EngineDied } from '../engine/client.ts';
import type { HeldState, StepReport } from '../engine/protocol.ts';
import { DrydockError, messageOf } from '../errors.ts';
import { describeTriggers, lastRunOf } from '../revisions/applied-tables.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import { sumOfUsersRows } from '../snapshots/trace.ts';
import { phase, type RunContext, stoppable, tellFact } from './context.ts';
import { historyRows, migrate, useWorkingCopy } from './migrate.ts';
import type { Plan } from './plan.ts';
import { copyLive, type InspectedSnapshot, inspectCopy, type RawCopy } from './take-snapshot.ts';

/** What is known once everything that can be known before the commit is known. */
export interface Prepared {
  readonly snapshot: InspectedSnapshot;
  readonly steps: readonly StepReport[];
  readonly checks: readonly CheckResult[];
}

/** @param onSnapshot Called when the snapshot is proven. */
export async function prepare(
  context: RunContext,
  engine: Engine,
  held: HeldState,
  plan: Plan,
  onSnapshot: (snapshot: Snapshot) => void,
): Promise<Prepared> {
  const copy = await phase(
    context,
    'snapshot',
    () => stoppable(context, engine, copyLive(context, engine, held)),
    describeCopy,
  );
  const inspecting = phase(
    context,
    'inspect',
    async () => {
      const snapshot = await inspectCopy(context, copy, plan.command);
      onSnapshot(snapshot);
      tellFact(context, { snapshot: snapshot.manifest });
      return snapshot;
    },
    ({ manifest, reused }) => ({ snapshot: manifest.id, bytes: manifest.bytes, sha256: manifest.sha256, reused }),
  );
  inspecting.then(
    () => engine.settleGate('sound'),
    () => engine.settleGate('not proven'),
  );
  // Both are waited for, whichever fails: a rollback is compared with the snapshot.
  const changing = change(context, engine, held, plan, copy, inspecting);
  const [inspected, changed] = await Promise.allSettled([inspecting, changing]);
  if (inspected.status === 'rejected') throw inspected.reason;
  if (changed.status === 'rejected') throw changed.reason;
  const snapshot = inspected.value;
  const { steps, recorded, after } = changed.value;

  tellFact(context, {
    becomes: {
      lastRun: recorded.rows > 0 ? context.runId : lastRunOf(held.history),
      rows: sumOfUsersRows(after.rows, context.request.config.ignoreTables),
    },
  });
  const checks = judgeAll(context, plan, snapshot.inspection.measurement, after, recorded.triggers);
  const { id } = snapshot.manifest;
  if (recorded.snapshot !== id) {
    const naming = engine.call('nameSnapshot', { runId: context.runId, rows: recorded.rows, snapshot: id });
    await stoppable(context, engine, naming);
  }
  context.stop.throwIfAborted();
  return { snapshot, steps, checks };
}

/**
 * No page of the live file changes before the snapshot is proven. A WAL sees to that by itself; with a rollback journal
 * the engine lets only small statements run until then. A working copy is made of the snapshot, and waits for it.
 */
async function change(
  context: RunContext,
  engine: Engine,
  held: HeldState,
  plan: Plan,
  copy: RawCopy,
  inspecting: Promise<InspectedSnapshot>,
) {
  if (plan.steps.length > 0) await tellSchema(context, engine, 'schemaBefore');
  if (plan.onWorkingCopy) await useWorkingCopy(context, engine, (await inspecting).path);
  const liveFile = held.journalMode === 'wal' || plan.onWorkingCopy ? 'may change' : 'stays until the gate opens';
  const migrating = () => stoppable(context, engine, migrate(engine, plan, liveFile));
  const steps = await phase(context, 'migrate', migrating, describeSteps);
  if (plan.steps.length > 0) await tellSchema(context, engine, 'schemaAfter');
  const recorded = await record(context, engine, plan, steps, copy, inspecting);
  const after = await phase(context, 'check', () =>
    stoppable(context, engine, engine.call('measure', { statistics: context.request.config.statistics })),
  );
  return { steps, recorded, after };
}

interface Recorded {
  /** That the rows of the run name. */
  readonly snapshot: string;
  readonly rows: number;
  /** That fired when they were written. */
  readonly triggers: readonly string[];
}

/**
 * Before anything is measured, since a trigger on these tables can change any other. Which snapshot is the way back is
 * certain only when the copy is inspected, since the content may be stored already. Nothing waits for that unless there
 * is a trigger, which would fire once more if the rows were changed.
 */
async function record(
  context: RunContext,
  engine: Engine,
  plan: Plan,
  steps: readonly StepReport[],
  copy: RawCopy,
  inspecting: Promise<InspectedSnapshot>,
): Promise<Recorded> {
  const triggers = await stoppable(context, engine, engine.call('findTriggers', {}));
  const snapshot = triggers.length > 0 || plan.onWorkingCopy ? (await inspecting).manifest.id : copy.id;
  const rows = historyRows(context, plan, snapshot, steps);
  await stoppable(context, engine, engine.call('record', { current: plan.to, rows, triggers }));
  return { snapshot, rows: rows.length, triggers };
}

/** For the record of the run; that it cannot be read says nothing of whether the run goes well. */
async function tellSchema(context: RunContext, engine: Engine, when: 'schemaBefore' | 'schemaAfter'): Promise<void> {
  try {
    tellFact(context, { [when]: await stoppable(context, engine, engine.call('readSchema', {})) });
  } catch (error) {
    // Without an engine there is nothing to go on with.
    if (context.stop.aborted || error instanceof EngineDied) throw error;
    const message = `the schema cannot be read, so the report of this run will not say what became of it: ${messageOf(error)}`;
    context.observer({ kind: 'warning', message });
  }
}

/** @throws {DrydockError} CHECK_FAILED naming the checks that failed. */
function judgeAll(
  context: RunContext,
  plan: Plan,
  before: Measurement,
  after: Measurement,
  triggers: readonly string[],
): readonly CheckResult[] {
  const checks = judge({
    before,
    after,
    expectations: plan.steps.flatMap(({ revision, direction }) => revision.expect[direction]),
    direction: plan.command === 'downgrade' ? 'down' : 'up',
    rules: context.request.config.statistics,
  });
  for (const result of checks) context.observer({ kind: 'check', result });
  const failed = checks.filter(({ ok }) => !ok);
  if (failed.length > 0) {
    const orDrop =
      triggers.length === 0 ? '' : `, or drop ${describeTriggers(triggers)}, which fired when the run was recorded`;
    throw new DrydockError('CHECK_FAILED', {
      what: `After the revisions ${failed.length === 1 ? 'a check' : `${failed.length} checks`} failed: ${failed.map(({ message }) => message).join('; ')}`,
      next: `Mend the revision, or announce the change if it is meant${orDrop}; then run again`,
    });
  }
  return checks;
}

function describeCopy({ pages, held }: { pages: number; held: HeldState }) {
  return { pages, bytes: pages * held.pageSize };
}

function describeSteps(steps: readonly StepReport[]) {
  return { revisions: steps.map(({ id, direction, durationMs }) => ({ id, direction, durationMs })) };
}
