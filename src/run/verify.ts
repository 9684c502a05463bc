/** After the commit: examine the result with a new connection, and go back if it is not sound. */
import type { Engine } from '../engine/client.ts';
import { isDamage, messageOf } from '../errors.ts';
import { describeRevisions } from '../format.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import { phase, type RunContext, unstoppable } from './context.ts';
import { commitOverwritten, commitRestored, notVerified, restoreFailed } from './endings.ts';
import { type RunJournal, removeJournal } from './journal.ts';
import type { PlannedRun } from './planned-run.ts';
import { proveSnapshot } from './prove-snapshot.ts';
import { restoreOrOthers } from './restore.ts';
import { heldAs } from './take-snapshot.ts';

/**
 * The phase.
 * @param journal What was committed. @param snapshot The snapshot to go back to.
 * @throws {DrydockError} as {@link restoreAfterCommit}, if the database is not sound.
 */
export async function verify(run: PlannedRun, journal: RunJournal, snapshot: Snapshot): Promise<void> {
  const { context, engine, plan } = run;
  const [problem] = await phase(context, 'verify', () => verifyCommitted(engine, plan.to));
  if (problem !== undefined) await restoreAfterCommit(context, engine, journal, snapshot, problem);
}

/**
 * @returns What is wrong with the committed database, one line each; empty if it is sound.
 * @throws whatever prevented the examination, a lock for example, which says nothing about the database.
 */
export async function verifyCommitted(engine: Engine, expected: readonly string[]): Promise<readonly string[]> {
  const { problems, current } = await engine.call('verify', {}).catch((error: unknown) => {
    if (!isDamage(error)) throw error;
    return { problems: [`it cannot be read back: ${messageOf(error)}`], current: [] };
  });
  if (problems.length > 0) return problems;
  const same = [...current].sort().join() === [...expected].sort().join();
  return same
    ? []
    : [`it says that it is at ${describeRevisions(current)}, and should be at ${describeRevisions(expected)}`];
}

/**
 * Goes back to the snapshot after a bad commit, unless others have written since: undoing their committed writes would
 * break promise 2.
 *
 * @throws {DrydockError} RESTORED, NOT_RESTORED or RESTORE_FAILED, always.
 */
export async function restoreAfterCommit(
  context: RunContext,
  engine: Engine,
  journal: RunJournal,
  snapshot: Snapshot,
  problem: string,
): Promise<never> {
  const { busyTimeoutMs } = context.request.config;
  const kept = await phase(
    context,
    'restore',
    async () => {
      try {
        await proveSnapshot(snapshot, unstoppable(context));
        const { othersWrote } = await engine.call('holdAgain', { busyTimeoutMs });
        if (othersWrote) return null;
        return await restoreOrOthers(context, engine, snapshot, heldAs(snapshot, journal.to), journal);
      } catch (error) {
        const cause = new Error(`${notVerified(problem)}; then ${messageOf(error)}`, { cause: error });
        throw restoreFailed(context, snapshot, cause);
      }
    },
    (replaced) => ({ outcome: replaced === null ? 'others-wrote' : 'restored', snapshot: snapshot.manifest.id }),
  );
  removeJournal(context);
  throw kept === null
    ? commitOverwritten(snapshot, journal.to, problem)
    : commitRestored(snapshot, kept, journal.from, problem);
}
