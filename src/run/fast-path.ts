/**
 * The common case: nothing is pending. It is answered by a plain read, without a lock, a child or a byte written, so it
 * works on a read-only volume too. Whatever else is the case is decided again, under the lock.
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
 * @param graphOf Gives the revisions. It is told the checksums of what was ever applied or stamped here, and so was read and
 *   found to be in order then.
 * @returns The answer, where the database is at the target; undefined where a run is needed to tell.
 * @throws {DrydockError} where the database or the revisions are not fit for a run at all.
 */
export function atTarget(
  database: string,
  graphOf: (recorded: ReadonlySet<string>) => RevisionGraph,
  command: MigrationCommand,
): AtTarget | undefined {
  const layout = layoutFor({ database });
  // A run is in the middle, perhaps about to restore: however finished the database looks, wait for its end.
  if (mayBeThere(layout.runJournal) || isBeingWritten(layout)) return undefined;
  // The run tells whether it is the second try of one of which nobody was told; there may be nothing left to count.
  if ('target' in command && startsFromCurrent(command.target) && mayBeThere(layout.untold)) return undefined;
  // Reading it would do no harm. Whoever starts after this upgrade writes, and the run says what becomes of that.
  if (isMountPoint(layout.database)) return undefined;
  const applied = readUnlessBusy(layout.database);
  if (applied === undefined) return undefined;
  const recorded = new Set(applied.history.map(({ checksum }) => checksum));
  const plan = planRun(graphOf(recorded), applied, command);
  return isNothing(plan) && !mayBeThere(layout.runJournal) ? nothingPending(database, plan.from) : undefined;
}

/** Undefined where a writer is in the way: the run waits for it, and for as long as it was told to. */
function readUnlessBusy(database: string): ReturnType<typeof readAppliedFrom> | undefined {
  try {
    return readAppliedFrom(database);
  } catch (error) {
    if (error instanceof DrydockError && error.code === 'BUSY') return undefined;
    throw error;
  }
}

/** A rollback journal that stands there may be hot, and a reader cannot roll it back. So may one that this user may not read. */
function isBeingWritten(layout: Layout): boolean {
  const path = `${layout.database}-journal`;
  return mayBe(() => {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats !== undefined && (!stats.isFile() || hasJournalHeader(path));
  });
}
