/** The end of a run that failed: brings the database back, and finds out which of the endings.ts is true. */
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

/** The commit happened although nobody could report it: the run is to go on from there. */
export interface CommittedUnseen {
  readonly outcome: 'committed unseen';
  readonly recovered: RecoveryReport;
  readonly cause: unknown;
}

interface Failed {
  readonly outcome: 'failed';
  /** What to end the run with, with the state of the data. */
  readonly error: unknown;
}

/**
 * For what failed up to and with the commit.
 * @param snapshot What was taken and proven before the failure, if it came that far.
 * @throws {DrydockError} with the state of the data.
 */
export async function undo(run: PlannedRun, snapshot: Snapshot | undefined, error: unknown): Promise<CommittedUnseen> {
  const ended = await undoEitherWay(run, snapshot, error);
  await tidyUp(run.context);
  return orThrow(ended);
}

/** For what failed after the commit: an engine that died has left open how far it came. */
export async function endAfterCommit(run: PlannedRun, error: unknown): Promise<CommittedUnseen> {
  const ended = error instanceof EngineDied ? await undoByRecovery(run, undefined, error) : failed(error);
  await tidyUp(run.context);
  return orThrow(ended);
}

/** Makes whatever leaves a run one of the endings. */
export async function endingWell<T>(context: RunContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof DrydockError ? error : ending(context, error, truthByJournal(context));
  }
}

/** For an error that nobody foresaw: the journal knows whether the commit, or a restore, was ordered. */
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
  // See commit.ts: whether it happened, only the database can tell.
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

/** Without its engine a rollback is finished as the next start would. */
function unlessEngineDied(undoing: unknown): undefined {
  if (!(undoing instanceof EngineDied)) throw undoing;
}

/** What a recovery makes of a database is the end of the run. */
function isVerdict(undoing: unknown): boolean {
  return undoing instanceof DrydockError && ['RESTORED', 'NOT_RESTORED', 'RESTORE_FAILED'].includes(undoing.code);
}

/** The engine lives: it rolls back, and what it left is compared with the snapshot. */
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
  const { manifest } = snapshot;
  const held = { ...manifest, current: manifest.revision, history: [] };
  const kept = await phase(context, 'restore', async () => {
    try {
      await proveSnapshot(snapshot, unstoppable(context));
      return await restoreOrOthers(context, engine, snapshot, held, journal);
    } catch (restoring) {
      throw restoreFailed(context, snapshot, restoring);
    }
  });
  removeJournal(context);
  return kept === null ? rollbackOverwritten(snapshot, error) : rollbackRestored(snapshot, kept, error);
}

/** The engine is gone, or nobody knows what it did last: the way of the next start is the right one, and is gone now. */
async function undoByRecovery(
  { context, engine }: PlannedRun,
  snapshot: Snapshot | undefined,
  error: unknown,
): Promise<CommittedUnseen | Failed> {
  await engine.kill();
  const recovered = await phase(context, 'recover', () => recover(patient(context)));
  if (recovered?.outcome === 'committed') return { outcome: 'committed unseen', recovered, cause: error };
  // A stop is not followed by a start of the application, and has no time.
  if (snapshot === undefined || context.stop.aborted) return failed(ending(context, error, rolledBackUnseen));
  const evidence = await phase(context, 'rollback', () => compareAfterEngine(context, snapshot));
  return failed(ending(context, error, rolledBack(evidence)));
}

/** For a run that was told to stop: its undoing is not stopped again, and waits for nobody for long. */
function patient(context: RunContext): RunContext {
  if (!context.stop.aborted) return context;
  const config = { ...context.request.config, busyTimeoutMs: 500 };
  return { ...unstopped(context), request: { ...context.request, config } };
}
