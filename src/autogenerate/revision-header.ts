/** What a revision file says of itself, for the two forms to write. */
export interface RevisionHeader {
  readonly revision: string;
  /** Ids of the parents; empty for a first revision. */
  readonly revises: readonly string[];
  readonly dependsOn?: readonly string[];
  readonly branchLabels?: readonly string[];
  readonly message: string;
}

/** On one line, as both formats read it. */
export function oneLine(message: string): string {
  return message.replace(/\s+/g, ' ').trim();
}
