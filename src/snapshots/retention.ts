/** Which snapshots can be removed. Pure: the caller removes them. */
import type { Snapshot } from './catalog.ts';

export interface RetentionPolicy {
  /** The maximum number to keep, newest first. */
  readonly keep: number;
  /** Age in milliseconds after which a snapshot is removed. */
  readonly maxAgeMs?: number;
  /** Bytes that all snapshots together may use. */
  readonly maxBytes?: number;
}

/**
 * The snapshots to remove, oldest first. Never among them: the newest sound one, which is the way back, and those in
 * `protectedIds`, which the calling run has just used.
 *
 * @param snapshots Oldest first.
 * @param nowMs Milliseconds since the epoch.
 */
export function snapshotsToPrune(
  snapshots: readonly Snapshot[],
  policy: RetentionPolicy,
  nowMs: number,
  protectedIds: ReadonlySet<string>,
): Snapshot[] {
  const newestSound = snapshots.findLast(({ manifest }) => manifest.integrity === 'ok')?.manifest.id;
  const isProtected = ({ manifest }: Snapshot) => manifest.id === newestSound || protectedIds.has(manifest.id);
  const { maxAgeMs = Number.POSITIVE_INFINITY, maxBytes = Number.POSITIVE_INFINITY } = policy;
  const prune: Snapshot[] = [];
  let kept = 0;
  let keptBytes = 0;
  for (const snapshot of snapshots.toReversed()) {
    const { createdAt, bytes } = snapshot.manifest;
    const fits = kept < policy.keep && nowMs - Date.parse(createdAt) <= maxAgeMs && keptBytes + bytes <= maxBytes;
    if (fits || isProtected(snapshot)) {
      kept += 1;
      keptBytes += bytes;
    } else {
      prune.unshift(snapshot);
    }
  }
  return prune;
}
