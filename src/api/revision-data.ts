/** A revision as a plain value, the same for every verb. */
import type { RevisionGraph } from '../revisions/graph/graph.ts';
import type { Expectation, Revision } from '../revisions/revision.ts';

export interface RevisionSummary {
  readonly id: string;
  readonly revises: readonly string[];
  readonly dependsOn: readonly string[];
  /** All labels that apply to it, including inherited ones. */
  readonly branchLabels: readonly string[];
  readonly message: string;
  readonly path: string;
  readonly head: boolean;
}

/** Everything in the file's header, and the revisions that revise it. */
export interface RevisionEntry extends RevisionSummary {
  readonly children: readonly string[];
  readonly checksum: string;
  readonly transaction: boolean;
  readonly expect: { readonly up: readonly Expectation[]; readonly down: readonly Expectation[] };
}

export function describeRevision(
  graph: RevisionGraph,
  { id, revises, dependsOn, message, path }: Revision,
): RevisionSummary {
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

export function describeEntry(graph: RevisionGraph, revision: Revision): RevisionEntry {
  const { id, checksum, transaction, expect } = revision;
  return { ...describeRevision(graph, revision), children: graph.children(id), checksum, transaction, expect };
}
