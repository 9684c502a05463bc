/** What is left when the commit is done: look at the result through fresh eyes, and go back if it is not sound. */
import type { Engine } from '../engine/client.ts';
import { DrydockError, isDamage, messageOf } from '../errors.ts';
import { describeRevisions } from '../format.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import { phase, type RunContext, unstoppable } from './context.ts';
import { type RunJournal, removeJournal } from './journal.ts';
import { proveSnapshot } from './prove-snapshot.ts';
import { restoreFailed, restoreSnapshot } from './restore.ts';

/**
 * @returns What is wrong with the committed database, one line each; empty where it is sound.
 * @throws whatever kept it from being looked at, a lock for example, which says nothing of the database.
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
 * Goes back to the snapshot after a commit that turned out bad, unless others have written since: undoing what they
 * were told is committed would break promise 2.
 *
 * @returns never: it ends in one of the errors below.
 * @throws {DrydockError} RESTORED, NOT_RESTORED or RESTORE_FAILED.
 */
export async function restoreAfterCommit(
  context: RunContext,
  engine: Engine,
  journal: RunJournal,
  snapshot: Snapshot,
  problem: string,
): Promise<never> {
  const what = `The database did not pass the verification after the commit (${problem})`;
  const result = await phase(
    context,
    'restore',
    async () => {
      try {
        await proveSnapshot(snapshot, unstoppable(context));
        const { othersWrote } = await engine.call('holdAgain', { busyTimeoutMs: context.request.config.busyTimeoutMs });
        if (othersWrote) return { outcome: 'others-wrote' as const };
        const held = { ...snapshotFacts(snapshot), current: journal.to, history: [] };
        return await restoreSnapshot(context, engine, snapshot, held, journal);
      } catch (error) {
        throw restoreFailed(context, snapshot, new Error(`${what}; then ${messageOf(error)}`, { cause: error }));
      }
    },
    ({ outcome }) => ({ outcome, snapshot: snapshot.manifest.id }),
  );
  removeJournal(context);
  if (result.outcome === 'others-wrote') {
    throw new DrydockError('NOT_RESTORED', {
      what,
      state: `Others have written since the commit, so it was not undone: the database is at ${describeRevisions(journal.to)}, the state before the run is kept in ${snapshot.path}`,
      next: `Look at the problem; to go back and lose what was written since: drydock snapshot restore ${snapshot.manifest.id}`,
    });
  }
  throw new DrydockError('RESTORED', {
    what,
    state: `Snapshot ${snapshot.manifest.id} was put back and verified: the database is at ${describeRevisions(journal.from)} as before the run; what it replaced is kept in ${result.kept.path}`,
    next: 'Look at the disk and its file system before running it again',
  });
}

function snapshotFacts({ manifest }: Snapshot) {
  return { pageCount: manifest.pageCount, pageSize: manifest.pageSize, journalMode: manifest.journalMode };
}
