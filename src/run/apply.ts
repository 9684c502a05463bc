/** From the snapshot to the commit and beyond: the part of a run that may change the database. */
import { judge } from '../checks/judge.ts';
import type { CheckResult, Measurement } from '../checks/measurement.ts';
import { type Engine, EngineDied } from '../engine/client.ts';
import type { HeldState, StepReport } from '../engine/protocol.ts';
import { DrydockError, messageOf } from '../errors.ts';
import type { Manifest } from '../snapshots/manifest.ts';
import { restoreAfterCommit, verifyCommitted } from './after-commit.ts';
import { commit } from './commit.ts';
import { phase, type RunContext, stoppable, tellFact } from './context.ts';
import { beginJournal, type RunJournal, removeJournal, writeJournal } from './journal.ts';
import type { RunLocks } from './locks.ts';
import { maintain } from './maintain.ts';
import { load, migrate, record, removeWorkingCopy, useWorkingCopy } from './migrate.ts';
import { copiesOf, type Plan } from './plan.ts';
import { requireSpace } from './preflight.ts';
import { retain } from './retain.ts';
import { copyLive, type InspectedSnapshot, inspectCopy } from './take-snapshot.ts';
import { undo, undoByRecovery } from './undo.ts';
import { describeBytes } from './words.ts';

export interface Applied {
  readonly steps: readonly StepReport[];
  readonly checks: readonly CheckResult[];
  readonly snapshot: Manifest | null;
  readonly pruned: readonly string[];
}

/** What is known once everything that can be known before the commit is known. */
interface Prepared {
  readonly snapshot: InspectedSnapshot;
  readonly steps: readonly StepReport[];
  readonly checks: readonly CheckResult[];
}

/**
 * @param held The state under the write lock, which the engine holds from here to the commit.
 * @throws {DrydockError} with the state of the data told.
 * @throws {CommitHappened} where the engine died in or after a commit that the database turned out to have.
 */
export async function applyPlan(
  context: RunContext,
  locks: RunLocks,
  engine: Engine,
  held: HeldState,
  plan: Plan,
): Promise<Applied> {
  const { neededBytes, freeBytes } = requireSpace(context, copiesOf(plan));
  const space = `the run needs about ${describeBytes(neededBytes)}, and ${describeBytes(freeBytes)} are free`;
  context.observer({ kind: 'note', message: space });
  const journal = beginJournal(context, plan);
  const { snapshot, steps, checks, committed } = await changeOrUndo(context, locks, engine, held, plan, journal);
  const { maintained, pruned } = await finish(context, engine, plan, committed, snapshot);
  return { steps: [...steps, ...maintained], checks, snapshot: snapshot.manifest, pruned };
}

/** Up to and with the commit. Whatever fails here, the database is what it was when the error is thrown. */
async function changeOrUndo(
  context: RunContext,
  locks: RunLocks,
  engine: Engine,
  held: HeldState,
  plan: Plan,
  journal: RunJournal,
): Promise<Prepared & { readonly committed: RunJournal }> {
  const taken: { snapshot?: InspectedSnapshot } = {};
  try {
    // Before the snapshot, so that a module that cannot be loaded costs no time.
    await stoppable(context, engine, load(engine, plan));
    const prepared = await prepare(context, engine, held, plan, (snapshot) => {
      taken.snapshot = snapshot;
      tellFact(context, { snapshot: snapshot.manifest });
    });
    locks.assertHeld();
    const snapshot = prepared.snapshot.manifest.id;
    const announced = writeJournal(context, { ...journal, phase: 'committing', snapshot });
    const committed = await phase(context, 'commit', () => commit(context, engine, plan, announced));
    return { ...prepared, committed };
  } catch (error) {
    const ending = await undo(context, engine, taken.snapshot, error);
    await tidyUp(context, idsOf(taken.snapshot));
    throw ending;
  }
}

/** Removes what is no longer needed. What goes wrong with it does not change how the run ended. */
async function tidyUp(context: RunContext, protectedIds: ReadonlySet<string>): Promise<readonly string[]> {
  try {
    removeWorkingCopy(context);
    return await retain(context, protectedIds);
  } catch (error) {
    const message = `the working copy or old snapshots could not be removed: ${messageOf(error)}`;
    context.observer({ kind: 'warning', message });
    return [];
  }
}

/** After the commit, when others may write again: verify, then what could not be part of the transaction. */
async function finish(
  context: RunContext,
  engine: Engine,
  plan: Plan,
  journal: RunJournal,
  snapshot: InspectedSnapshot,
): Promise<{ readonly maintained: readonly StepReport[]; readonly pruned: readonly string[] }> {
  try {
    const [problem] = await phase(context, 'verify', () => verifyCommitted(engine, plan.to));
    if (problem !== undefined) await restoreAfterCommit(context, engine, journal, snapshot, problem);
    const maintained = await maintain(context, engine, plan);
    // Before the journal goes: without one the next start finds nothing pending and would leave a working copy for ever.
    const pruned = await tidyUp(context, idsOf(snapshot));
    removeJournal(context);
    return { maintained, pruned };
  } catch (error) {
    throw error instanceof EngineDied ? await undoByRecovery(context, engine, error) : error;
  }
}

/** Snapshot, revisions and checks, with nothing committed. In WAL mode the snapshot is proven while the revisions run. */
async function prepare(
  context: RunContext,
  engine: Engine,
  held: HeldState,
  plan: Plan,
  onSnapshot: (snapshot: InspectedSnapshot) => void,
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
      return snapshot;
    },
    ({ manifest, reused }) => ({ snapshot: manifest.id, bytes: manifest.bytes, sha256: manifest.sha256, reused }),
  );
  // A rollback journal lets pages into the live file before the commit, a WAL does not; a working copy needs the snapshot.
  if (held.journalMode !== 'wal' || plan.onWorkingCopy) await inspecting;

  // Both are waited for, whichever fails: a rollback is compared with the snapshot.
  const [inspected, changed] = await Promise.allSettled([inspecting, change(context, engine, plan, inspecting)]);
  if (inspected.status === 'rejected') throw inspected.reason;
  if (changed.status === 'rejected') throw changed.reason;
  const snapshot = inspected.value;
  const { steps, after } = changed.value;

  const checks = judgeAll(context, plan, snapshot.inspection.measurement, after);
  await stoppable(context, engine, record(context, engine, plan, snapshot.manifest, steps));
  context.stop.throwIfAborted();
  return { snapshot, steps, checks };
}

async function change(context: RunContext, engine: Engine, plan: Plan, inspecting: Promise<InspectedSnapshot>) {
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

function idsOf(snapshot: InspectedSnapshot | undefined): ReadonlySet<string> {
  return new Set(snapshot === undefined ? [] : [snapshot.manifest.id]);
}

function describeCopy({ pages, held }: { pages: number; held: HeldState }) {
  return { pages, bytes: pages * held.pageSize };
}

function describeSteps(steps: readonly StepReport[]) {
  return { revisions: steps.map(({ id, direction, durationMs }) => ({ id, direction, durationMs })) };
}
