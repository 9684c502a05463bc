import { DrydockError, messageOf } from '../errors.ts';
import { readAppliedFrom } from '../revisions/read-state.ts';
import { begunAnewAt } from '../snapshots/begun-anew.ts';
import { listSnapshots, removeSnapshot } from '../snapshots/catalog.ts';
import { lastOfEndedLife } from '../snapshots/ended-life.ts';
import { visibleProblem } from '../snapshots/problem.ts';
import { snapshotsToPrune } from '../snapshots/retention.ts';
import { phase, type RunContext, tellFact } from './context.ts';
import { removeWorkingCopy } from './migrate.ts';

/**
 * Applies the retention policy, also after failed runs, so that a crash loop does not fill the disk. Keeps what this
 * run took or used.
 * @returns The ids that this run has removed.
 */
export function retain(context: RunContext): Promise<string[]> {
  return phase(
    context,
    'retain',
    () => {
      const { keep, maxAgeMs, maxBytes } = context.request.config.snapshots;
      const policy = { keep, ...(maxAgeMs !== undefined && { maxAgeMs }), ...(maxBytes !== undefined && { maxBytes }) };
      // A snapshot that was altered cannot be restored, and must not be kept in place of one that can.
      const fit = listSnapshots(context.layout).filter((snapshot) => visibleProblem(snapshot) === undefined);
      const runs = context.file.runs ?? runsIn(context.layout.database);
      const begun = begunAnewAt(context.layout);
      const beside = lastOfEndedLife(fit, runs, begun, Date.now());
      const judged = fit.filter((snapshot) => snapshot !== beside);
      const prune = snapshotsToPrune(judged, policy, Date.now(), context.usedSnapshots);
      for (const { manifest } of prune) {
        removeSnapshot(context.layout, manifest.id);
        context.pruned.push(manifest.id);
      }
      tellFact(context, { pruned: [...context.pruned] });
      return [...context.pruned];
    },
    (pruned) => ({ pruned }),
  );
}

/** Removes what is no longer needed. A failure here does not change how the run ended. */
export async function tidyUp(context: RunContext): Promise<readonly string[]> {
  try {
    removeWorkingCopy(context);
    return await retain(context);
  } catch (error) {
    const message = `the working copy or old snapshots could not be removed, which the next run that changes something tries again: ${messageOf(error)}`;
    context.observer({ kind: 'warning', message });
    return [];
  }
}

/** None if the file cannot be read: any snapshot with rows may then be the last copy of the data. */
function runsIn(database: string): ReadonlySet<string> {
  try {
    return new Set(readAppliedFrom(database).history.map(({ runId }) => runId));
  } catch (error) {
    if (error instanceof DrydockError) return new Set();
    throw error;
  }
}
