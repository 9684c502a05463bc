/** Which snapshots may go. Pure: what is decided here is carried out elsewhere. */
import type { Snapshot } from './catalog.ts';

export interface RetentionPolicy {
  /** How many to keep at the least and at the most, newest first. */
  readonly keep: number;
  /** Age past which a snapshot goes, in milliseconds. */
  readonly maxAgeMs?: number;
  /** Bytes that all snapshots together may take. */
  readonly maxBytes?: number;
}

/**
 * The snapshots to remove, oldest first. Two are never among them: the newest sound one, which is the way back, and
 * those in `protectedIds`, which the run that asks has just used.
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
