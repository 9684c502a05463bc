import { listSnapshots, removeSnapshot } from '../snapshots/catalog.ts';
import { snapshotsToPrune } from '../snapshots/retention.ts';
import { phase, type RunContext, tellFact } from './context.ts';

/**
 * Applies the retention policy. Also after failed runs, so that a crash loop does not fill the disk.
 * What this run took or used stays.
 * @returns The ids that this run has removed.
 */
export function retain(context: RunContext): Promise<string[]> {
  return phase(
    context,
    'retain',
    () => {
      const { keep, maxAgeMs, maxBytes } = context.request.config.snapshots;
      const policy = { keep, ...(maxAgeMs !== undefined && { maxAgeMs }), ...(maxBytes !== undefined && { maxBytes }) };
      const prune = snapshotsToPrune(listSnapshots(context.layout), policy, Date.now(), context.usedSnapshots);
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
