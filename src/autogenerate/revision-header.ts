/** The header of a revision, in either format. */
export interface RevisionHeader {
  readonly revision: string;
  /** Ids of the parents; empty for a first revision. */
  readonly revises: readonly string[];
  readonly dependsOn?: readonly string[];
  readonly branchLabels?: readonly string[];
  readonly message: string;
}

/** On one line, since both formats read it as one. */
export function oneLine(message: string): string {
  return message.replace(/\s+/g, ' ').trim();
}
