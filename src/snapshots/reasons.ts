export const snapshotReasons = [
  'upgrade',
  'downgrade',
  'stamp',
  'ensure-version',
  'optimize',
  'vacuum',
  'incremental-vacuum',
  'manual',
  'replaced',
] as const;

/** Why a snapshot was taken. `replaced`: the state that a restore put aside. */
export type SnapshotReason = (typeof snapshotReasons)[number];
