/** A revision as `--json` prints it, alike for every verb. */
import type { RevisionGraph } from '../revisions/graph.ts';
import type { Revision } from '../revisions/revision.ts';

/** What every verb says of a revision. `branchLabels` are those that apply, wherever they were given. */
export function describeRevision(graph: RevisionGraph, { id, revises, dependsOn, message, path }: Revision) {
  return {
    id,
    revises,
    dependsOn,
    branchLabels: graph.labels(id),
    message,
    path,
    head: graph.heads.includes(id),
  };
}

/** The same with all that is in the file's header. */
export function describeEntry(graph: RevisionGraph, revision: Revision) {
  const { id, checksum, transaction, expect } = revision;
  return { ...describeRevision(graph, revision), children: graph.children(id), checksum, transaction, expect };
}
