/** What may be done in a maintenance window. */
export const taskNames = [
  'upgrade',
  'snapshot',
  'verify',
  'optimize',
  'vacuum',
  'incremental-vacuum',
  'prune',
] as const;
