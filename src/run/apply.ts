/** From the snapshot to the commit and beyond: the part of a run that may change the database. */
import type { CheckResult } from '../checks/measurement.ts';
import { type Engine, EngineDied } from '../engine/client.ts';
import type { HeldState, StepReport } from '../engine/protocol.ts';
import { messageOf } from '../errors.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import type { Manifest } from '../snapshots/manifest.ts';
import { restoreAfterCommit, verifyCommitted } from './after-commit.ts';
import { commit } from './commit.ts';
import { phase, type RunContext, stoppable } from './context.ts';
import { undo, undoByRecovery } from './failure.ts';
import { beginJournal, type RunJournal, removeJournal, writeJournal } from './journal.ts';
import type { RunLocks } from './locks.ts';
import { maintain } from './maintain.ts';
import { makeRoom } from './make-room.ts';
import { load, removeWorkingCopy } from './migrate.ts';
import { copiesOf, type Plan } from './plan.ts';
import { warnOfLinks } from './preflight.ts';
import { describeSpace } from './preflight-checks.ts';
import { type Prepared, prepare } from './prepare.ts';
import { retain } from './retain.ts';
import type { InspectedSnapshot } from './take-snapshot.ts';
import { markUntold } from './untold.ts';

export interface Applied {
  readonly steps: readonly StepReport[];
  readonly checks: readonly CheckResult[];
  readonly snapshot: Manifest | null;
  readonly pruned: readonly string[];
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
  warnOfLinks(context);
  const space = await makeRoom(context, copiesOf(plan));
  context.observer({ kind: 'note', message: describeSpace(space) });
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
  const taken: { snapshot?: Snapshot } = {};
  try {
    // Before the snapshot, so that a module that cannot be loaded costs no time.
    await stoppable(context, engine, load(engine, plan));
    const prepared = await prepare(context, engine, held, plan, (snapshot) => {
      taken.snapshot = snapshot;
    });
    locks.assertHeld();
    const snapshot = prepared.snapshot.manifest.id;
    markUntold(context, plan.to);
    const announced = writeJournal(context, { ...journal, phase: 'committing', snapshot });
    const committed = await phase(context, 'commit', () => commit(context, engine, plan, announced));
    return { ...prepared, committed };
  } catch (error) {
    const ending = await undo(context, engine, taken.snapshot, error);
    await tidyUp(context);
    throw ending;
  }
}

/** Removes what is no longer needed. What goes wrong with it does not change how the run ended. */
async function tidyUp(context: RunContext): Promise<readonly string[]> {
  try {
    removeWorkingCopy(context);
    return await retain(context);
  } catch (error) {
    const message = `the working copy or old snapshots could not be removed, which the next run that changes something tries again: ${messageOf(error)}`;
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
    const pruned = await tidyUp(context);
    removeJournal(context);
    return { maintained, pruned };
  } catch (error) {
    const ending = error instanceof EngineDied ? await undoByRecovery(context, engine, error) : error;
    await tidyUp(context);
    throw ending;
  }
}
