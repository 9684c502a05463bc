/** Snapshot, revisions and checks, with nothing committed; the snapshot is proven while the revisions run. */
import { judge } from '../checks/judge.ts';
import type { CheckResult, Measurement } from '../checks/measurement.ts';
import { type Engine, EngineDied } from '../engine/client.ts';
import type { HeldState, StepReport } from '../engine/protocol.ts';
import { DrydockError, messageOf } from '../errors.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import { phase, type RunContext, stoppable, tellFact } from './context.ts';
import { migrate, record, useWorkingCopy } from './migrate.ts';
import type { Plan } from './plan.ts';
import { copyLive, type InspectedSnapshot, inspectCopy } from './take-snapshot.ts';

/** What is known once everything that can be known before the commit is known. */
export interface Prepared {
  readonly snapshot: InspectedSnapshot;
  readonly steps: readonly StepReport[];
  readonly checks: readonly CheckResult[];
}

/** @param onSnapshot Called when there is a snapshot to go back to, and again when all of it is proven. */
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
  const mayChange = Promise.withResolvers<void>();
  const needs = neededToChange(held, plan);
  if (needs === 'nothing') mayChange.resolve();
  const onNamed = (snapshot: Snapshot) => {
    onSnapshot(snapshot);
    mayChange.resolve();
  };
  const inspecting = phase(
    context,
    'inspect',
    async () => {
      const snapshot = await inspectCopy(context, copy, plan.command, needs === 'structure' ? onNamed : undefined);
      onNamed(snapshot);
      tellFact(context, { snapshot: snapshot.manifest });
      return snapshot;
    },
    ({ manifest, reused }) => ({ snapshot: manifest.id, bytes: manifest.bytes, sha256: manifest.sha256, reused }),
  );
  inspecting.catch(mayChange.reject);

  // Both are waited for, whichever fails: a rollback is compared with the snapshot.
  const changing = change(context, engine, plan, mayChange.promise, inspecting);
  const [inspected, changed] = await Promise.allSettled([inspecting, changing]);
  if (inspected.status === 'rejected') throw inspected.reason;
  if (changed.status === 'rejected') throw changed.reason;
  const snapshot = inspected.value;
  const { steps, after } = changed.value;

  const checks = judgeAll(context, plan, snapshot.inspection.measurement, after);
  await stoppable(context, engine, record(context, engine, plan, snapshot.manifest, steps));
  context.stop.throwIfAborted();
  return { snapshot, steps, checks };
}

/**
 * What must be known of the snapshot before the revisions may begin. Before the commit all of it is known.
 *
 * A WAL lets nothing into the live file before the commit. With a rollback journal SQLite writes pages there as soon as
 * its cache is full, and all that leads back then is the journal, which people are known to delete: so a snapshot with
 * a name must be there by then. A working copy is made of a snapshot that is proven.
 */
function neededToChange(held: HeldState, plan: Plan): 'nothing' | 'structure' | 'all' {
  if (plan.onWorkingCopy) return 'all';
  return held.journalMode === 'wal' ? 'nothing' : 'structure';
}

async function change(
  context: RunContext,
  engine: Engine,
  plan: Plan,
  mayChange: Promise<void>,
  inspecting: Promise<InspectedSnapshot>,
) {
  await mayChange;
  if (plan.steps.length > 0) await tellSchema(context, engine, 'schemaBefore');
  if (plan.onWorkingCopy) await useWorkingCopy(context, engine, (await inspecting).path);
  const steps = await phase(context, 'migrate', () => stoppable(context, engine, migrate(engine, plan)), describeSteps);
  if (plan.steps.length > 0) await tellSchema(context, engine, 'schemaAfter');
  const after = await phase(context, 'check', () =>
    stoppable(context, engine, engine.call('measure', { statistics: context.request.config.statistics })),
  );
  return { steps, after };
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
function judgeAll(context: RunContext, plan: Plan, before: Measurement, after: Measurement): readonly CheckResult[] {
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
    throw new DrydockError('CHECK_FAILED', {
      what: `After the revisions ${failed.length === 1 ? 'a check' : `${failed.length} checks`} failed: ${failed.map(({ message }) => message).join('; ')}`,
      next: 'Mend the revision, or announce the change if it is meant, and run again',
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
