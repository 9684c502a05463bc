/** The rules of the linter that can be suppressed, in a file or for all of them. */
export const lintRules = [
  'cannot-run',
  'empty-revision',
  'destructive-change',
  'dropped-object',
  'write-without-where',
  'not-null-without-default',
  'non-constant-default',
  'rename-drags-references',
  'rebuild-loses-objects',
  'cast-to-date',
  'foreign-keys-pragma',
  'no-downgrade',
  'downgrade-differs',
  'index-on-big-table',
  'several-heads',
] as const;
