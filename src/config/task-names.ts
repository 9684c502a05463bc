/** The tasks that a maintenance window can have. */
export const taskNames = [
  'upgrade',
  'snapshot',
  'verify',
  'optimize',
  'vacuum',
  'incremental-vacuum',
  'prune',
] as const;
