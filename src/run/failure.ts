/** Ends a failed run: brings the database back and finds out which of the endings in endings.ts applies. */
import { EngineDied } from '../engine/client.ts';
import { DrydockError } from '../errors.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import { phase, type RunContext, unstoppable, unstopped } from './context.ts';
import {
  committedUnverified,
  commitUncertain,
  ending,
  restoreFailed,
  restoreOrdered,
  rollbackOverwritten,
  rollbackRestored,
  rollbackUnfinished,
  rolledBack,
  rolledBackUnseen,
  type Truth,
  unchanged,
} from './endings.ts';
import { type RunJournal, readJournal, removeJournal } from './journal.ts';
import type { RecoveryReport } from './outcome.ts';
import type { PlannedRun } from './planned-run.ts';
import { proveSnapshot } from './prove-snapshot.ts';
import { recover } from './recover.ts';
import { restoreOrOthers } from './restore.ts';
import { tidyUp } from './retain.ts';
import { compareAfterEngine, rollBack } from './rollback.ts';
import { heldAs } from './take-snapshot.ts';

/** The commit happened, but the engine could not report it: the run continues from there. */
export interface CommittedUnseen {
  readonly outcome: 'committed unseen';
  readonly recovered: RecoveryReport;
  readonly cause: unknown;
}

interface Failed {
  readonly outcome: 'failed';
  /** The error that ends the run, with the state of the data. */
  readonly error: unknown;
}

/**
 * For failures before and during the commit.
 * @param snapshot The verified snapshot, if the run came that far.
 * @throws {DrydockError} with the state of the data.
 */
export async function undo(run: PlannedRun, snapshot: Snapshot | undefined, error: unknown): Promise<CommittedUnseen> {
  const ended = await undoEitherWay(run, snapshot, error);
  await tidyUp(run.context);
  return orThrow(ended);
}

/** For failures after the commit. If the engine died, how far it came is unknown. */
export async function endAfterCommit(run: PlannedRun, error: unknown): Promise<CommittedUnseen> {
  const ended = error instanceof EngineDied ? await undoByRecovery(run, undefined, error) : failed(error);
  await tidyUp(run.context);
  return orThrow(ended);
}

/** Turns every error that leaves a run into one of the endings. */
export async function endingWell<T>(context: RunContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof DrydockError ? error : ending(context, error, truthByJournal(context));
  }
}

/** For unforeseen errors: the journal says whether the commit or a restore was ordered. */
function truthByJournal({ layout, journal }: RunContext): Truth {
  const reached = journal.phase ?? readJournal(layout.runJournal)?.phase ?? 'none';
  if (reached === 'working' || reached === 'none') return unchanged;
  return reached === 'restoring' || reached === 'exchanging' ? restoreOrdered : committedUnverified;
}

function failed(error: unknown): Failed {
  return { outcome: 'failed', error };
}

function orThrow(ended: CommittedUnseen | Failed): CommittedUnseen {
  if (ended.outcome === 'failed') throw ended.error;
  return ended;
}

async function undoEitherWay(
  run: PlannedRun,
  snapshot: Snapshot | undefined,
  error: unknown,
): Promise<CommittedUnseen | Failed> {
  const { context, engine } = run;
  // See commit.ts: only the database knows whether the commit happened.
  const isUncertain = context.journal.phase === 'committing' && !(error instanceof DrydockError);
  try {
    if (engine.isIdle() && !isUncertain && !context.stop.aborted) {
      const undone = await undoInEngine(run, snapshot, error).catch(unlessEngineDied);
      if (undone !== undefined) return failed(undone);
    }
    return await undoByRecovery(run, snapshot, error);
  } catch (undoing) {
    if (isUncertain && !isVerdict(undoing)) return failed(ending(context, error, commitUncertain(undoing)));
    if (undoing instanceof DrydockError) return failed(undoing);
    return failed(ending(context, error, rollbackUnfinished(undoing)));
  }
}

/** If the engine died, the rollback is finished the way the next start would do it. */
function unlessEngineDied(undoing: unknown): undefined {
  if (!(undoing instanceof EngineDied)) throw undoing;
}

/** These outcomes of a recovery end the run. */
function isVerdict(undoing: unknown): boolean {
  return undoing instanceof DrydockError && ['RESTORED', 'NOT_RESTORED', 'RESTORE_FAILED'].includes(undoing.code);
}

/** The engine is alive: it rolls back, and the result is compared with the snapshot. */
async function undoInEngine(run: PlannedRun, snapshot: Snapshot | undefined, error: unknown): Promise<unknown> {
  const { context, engine } = run;
  const rollback = await phase(
    context,
    'rollback',
    () => rollBack(context, engine, snapshot),
    ({ outcome }) => ({ outcome }),
  );
  if (rollback.outcome === 'unchanged') {
    removeJournal(context);
    return ending(context, error, rolledBack(rollback.evidence));
  }
  const journal = readJournal(context.layout.runJournal);
  if (snapshot === undefined || journal === undefined) return error;
  return restoreAfterRollback(run, snapshot, journal, error);
}

async function restoreAfterRollback(
  { context, engine }: PlannedRun,
  snapshot: Snapshot,
  journal: RunJournal,
  error: unknown,
): Promise<DrydockError> {
  const kept = await phase(context, 'restore', async () => {
    try {
      await proveSnapshot(snapshot, unstoppable(context));
      return await restoreOrOthers(context, engine, snapshot, heldAs(snapshot), journal);
    } catch (restoring) {
      throw restoreFailed(context, snapshot, restoring);
    }
  });
  removeJournal(context);
  return kept === null ? rollbackOverwritten(snapshot, error) : rollbackRestored(snapshot, kept, error);
}

/** The engine died, or its last step is unknown: does now what the next start would do. */
async function undoByRecovery(
  { context, engine }: PlannedRun,
  snapshot: Snapshot | undefined,
  error: unknown,
): Promise<CommittedUnseen | Failed> {
  await engine.kill();
  const recovered = await phase(context, 'recover', () => recover(hurried(context)));
  if (recovered?.outcome === 'committed') return { outcome: 'committed unseen', recovered, cause: error };
  // After a stop no application is started, and there is no time to compare.
  if (snapshot === undefined || context.stop.aborted) return failed(ending(context, error, rolledBackUnseen));
  const evidence = await phase(context, 'rollback', () => compareAfterEngine(context, snapshot));
  return failed(ending(context, error, rolledBack(evidence)));
}

/** For a run that is being stopped: the undo cannot be stopped again, and waits only briefly for locks. */
function hurried(context: RunContext): RunContext {
  if (!context.stop.aborted) return context;
  const config = { ...context.request.config, busyTimeoutMs: 500 };
  return { ...unstopped(context), request: { ...context.request, config } };
}
