/**
 * The common case: nothing is pending. A plain read answers it, without a lock, a child process or a byte written, so
 * it works on a read-only volume too. Every other case is decided again, under the lock.
 */
import { statSync } from 'node:fs';
import { DrydockError } from '../errors.ts';
import { mayBe, mayBeThere } from '../files/access.ts';
import { hasJournalHeader } from '../files/journal-header.ts';
import { type Layout, layoutFor } from '../files/layout.ts';
import { isMountPoint } from '../files/volume.ts';
import { startsFromCurrent } from '../revisions/graph/address.ts';
import type { RevisionGraph } from '../revisions/graph/graph.ts';
import { readAppliedFrom } from '../revisions/read-state.ts';
import type { AtTarget, MigrationCommand } from './outcome.ts';
import { isNothing, planRun } from './plan.ts';

/** @param current The revisions that the database is at. */
export function nothingPending(database: string, current: readonly string[]): AtTarget {
  return { outcome: 'nothing-pending', database, from: current, to: current };
}

/**
 * @param graphOf Returns the revisions. Receives the checksums of everything that was ever applied or stamped here, and
 *   so was read and found valid then.
 * @returns The answer if the database is at the target; undefined if a run is needed to tell.
 * @throws {DrydockError} if the database or the revisions are not fit for a run at all.
 */
export function atTarget(
  database: string,
  graphOf: (recorded: ReadonlySet<string>) => RevisionGraph,
  command: MigrationCommand,
): AtTarget | undefined {
  const layout = layoutFor({ database });
  // A run is in progress, perhaps about to restore: wait for its end, however finished the database looks.
  if (mayBeThere(layout.runJournal) || isBeingWritten(layout)) return undefined;
  // The full run finds out whether this retries a run whose end was never reported; there may be nothing left to count.
  if ('target' in command && startsFromCurrent(command.target) && mayBeThere(layout.untold)) return undefined;
  // Reading it would do no harm, but the application will write after this upgrade: let the full run report the
  // problem.
  if (isMountPoint(layout.database)) return undefined;
  const applied = readUnlessBusy(layout.database);
  if (applied === undefined) return undefined;
  const recorded = new Set(applied.history.map(({ checksum }) => checksum));
  const plan = planRun(graphOf(recorded), applied, command);
  return isNothing(plan) && !mayBeThere(layout.runJournal) ? nothingPending(database, plan.from) : undefined;
}

/** Undefined if a writer is in the way: the run waits for it, up to the configured timeout. */
function readUnlessBusy(database: string): ReturnType<typeof readAppliedFrom> | undefined {
  try {
    return readAppliedFrom(database);
  } catch (error) {
    if (error instanceof DrydockError && error.code === 'BUSY') return undefined;
    throw error;
  }
}

/** An existing rollback journal may be hot, and a reader cannot roll it back. The same goes for an unreadable one. */
function isBeingWritten(layout: Layout): boolean {
  const path = `${layout.database}-journal`;
  return mayBe(() => {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats !== undefined && (!stats.isFile() || hasJournalHeader(path));
  });
}
