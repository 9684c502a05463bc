/** The end of a run that failed: brings the database back, and says in what state it is. */
import { type Engine, EngineDied } from '../engine/client.ts';
import { DrydockError, type ErrorCode, messageOf } from '../errors.ts';
import { isBusy } from '../lock/busy-wait.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import { CommitUncertain } from './commit.ts';
import { phase, type RunContext, unstoppable, unstopped } from './context.ts';
import { explain, withCode } from './explain.ts';
import { type RunJournal, readJournal, removeJournal } from './journal.ts';
import type { RecoveryReport } from './outcome.ts';
import { proveSnapshot } from './prove-snapshot.ts';
import { recover } from './recover.ts';
import { restoreFailed, restoreSnapshot } from './restore.ts';
import { compareAfterEngine, rollBack } from './rollback.ts';

/** The commit happened although nobody could report it: the run is to go on from there. */
export class CommitHappened extends Error {
  readonly recovered: RecoveryReport;

  constructor(recovered: RecoveryReport, cause: unknown) {
    super('the commit happened', { cause });
    this.recovered = recovered;
  }
}

/**
 * @param snapshot What was taken before the failure, if it came that far.
 * @returns The error to end the run with, the state of the data told in it.
 */
export async function undo(
  context: RunContext,
  engine: Engine,
  snapshot: Snapshot | undefined,
  error: unknown,
): Promise<unknown> {
  try {
    if (engine.isIdle() && !(error instanceof CommitUncertain) && !context.stop.aborted) {
      const undone = await undoInEngine(context, engine, snapshot, error).catch(unlessEngineDied);
      if (undone !== undefined) return undone;
    }
    return await undoByRecovery(context, engine, error, snapshot);
  } catch (undoing) {
    if (error instanceof CommitUncertain) return stillUncertain(context, error, undoing);
    if (undoing instanceof DrydockError) return undoing;
    return notUndone(context, error, undoing);
  }
}

/** Without its engine a rollback is finished as the next start would. */
function unlessEngineDied(undoing: unknown): undefined {
  if (!(undoing instanceof EngineDied)) throw undoing;
}

/** Others that hold a lock keep the rollback from being looked at; whatever else kept it from its end is the volume. */
function notUndone(context: RunContext, error: unknown, undoing: unknown): DrydockError {
  const state = `The next start finishes the rollback, since this one could not: ${messageOf(undoing)}`;
  const told = explain(context, error, state);
  if (!saysRolledBack.includes(told.code)) return told;
  const [code, next] = isBusy(undoing)
    ? (['BUSY', 'Stop what holds the database locked, and run again'] as const)
    : (['PREFLIGHT', 'Mend the volume, and run again'] as const);
  return new DrydockError(code, { what: told.what, state, next, cause: error });
}

/** With these an application may be started, so they are not said of a database that nobody has compared. */
const saysRolledBack: readonly ErrorCode[] = ['REVISION_FAILED', 'CHECK_FAILED'];

/** What a recovery makes of a database is the end of the run. Whatever else kept it from its end, nothing is known. */
function stillUncertain(context: RunContext, error: CommitUncertain, undoing: unknown): unknown {
  const isVerdict =
    undoing instanceof DrydockError && ['RESTORED', 'NOT_RESTORED', 'RESTORE_FAILED'].includes(undoing.code);
  if (isVerdict) return undoing;
  const state = `It is not known whether the commit happened: the next start finds out, and goes on from there, since this one could not: ${messageOf(undoing).replace(/\.$/, '')}`;
  // Every other code would say that the database is unchanged.
  return withCode(explain(context, error, state), 'FAULT');
}

/** The engine lives: it rolls back, and what it left is compared with the snapshot. */
async function undoInEngine(
  context: RunContext,
  engine: Engine,
  snapshot: Snapshot | undefined,
  error: unknown,
): Promise<unknown> {
  const rollback = await phase(
    context,
    'rollback',
    () => rollBack(context, engine, snapshot),
    ({ outcome }) => ({ outcome }),
  );
  if (rollback.outcome === 'unchanged') {
    removeJournal(context);
    return explain(context, error, `The database is unchanged (${rollback.evidence})`);
  }
  const journal = readJournal(context.layout.runJournal);
  if (snapshot === undefined || journal === undefined) return error;
  return restoreAfterRollback(context, engine, snapshot, journal, error);
}

async function restoreAfterRollback(
  context: RunContext,
  engine: Engine,
  snapshot: Snapshot,
  journal: RunJournal,
  error: unknown,
): Promise<unknown> {
  const { manifest } = snapshot;
  const held = { ...manifest, current: manifest.revision, history: [] };
  const restored = await phase(context, 'restore', async () => {
    try {
      await proveSnapshot(snapshot, unstoppable(context));
      return await restoreSnapshot(context, engine, snapshot, held, journal);
    } catch (restoring) {
      throw restoreFailed(context, snapshot, restoring);
    }
  });
  removeJournal(context);
  if (restored.outcome === 'others-wrote') {
    return new DrydockError('NOT_RESTORED', {
      what: `${messageOf(error)} The rollback left something behind`,
      state: `Others have written since, so snapshot ${manifest.id} was not put back`,
      next: 'Look at the database: drydock verify, drydock current',
      cause: error,
    });
  }
  return new DrydockError('RESTORED', {
    what: messageOf(error).replace(/\.$/, ''),
    state: `The rollback was not complete, so snapshot ${manifest.id} was put back and verified; what it replaced is kept in ${restored.kept.path}`,
    next: 'Mend the revision and run again',
    cause: error,
  });
}

/** The engine is gone, or nobody knows what it did last: the way of the next start is the right one, and is gone now. */
export async function undoByRecovery(
  context: RunContext,
  engine: Engine,
  error: unknown,
  snapshot?: Snapshot,
): Promise<unknown> {
  await engine.kill();
  const recovered = await phase(context, 'recover', () => recover(patient(context)));
  if (recovered?.outcome === 'committed') return new CommitHappened(recovered, error);
  // A stop is not followed by a start of the application, and has no time.
  if (snapshot === undefined || context.stop.aborted)
    return explain(context, error, 'The database is unchanged: SQLite rolled back what was not committed');
  const evidence = await phase(context, 'rollback', () => compareAfterEngine(context, snapshot));
  return explain(context, error, `The database is unchanged (${evidence})`);
}

/** For a run that was told to stop: its undoing is not stopped again, and waits for nobody for long. */
function patient(context: RunContext): RunContext {
  if (!context.stop.aborted) return context;
  const config = { ...context.request.config, busyTimeoutMs: 500 };
  return { ...unstopped(context), request: { ...context.request, config } };
}
