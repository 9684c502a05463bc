import { branchPoints, entriesOf } from '../../api/revisions.ts';
import type { Config } from '../../config/config.ts';
import type { RevisionGraph } from '../../revisions/graph/graph.ts';
import type { Revision } from '../../revisions/revision.ts';
import { revisionEntry, revisionLine } from '../alembic-text.ts';
import type { Output } from '../print.ts';

export interface BranchesFlags {
  readonly verbose?: true;
}

/** `branchPoints`: each revision that several revise, newest first, as in `show`. */
export async function branches(config: Config, flags: BranchesFlags): Promise<Output> {
  const points = branchPoints(config);
  const texts = points.revisions.map((revision) => branchPoint(points.graph, revision, flags));
  return {
    data: { branchPoints: entriesOf(points) },
    text: texts.length === 0 ? 'There are no branch points' : texts.join('\n\n'),
  };
}

function branchPoint(graph: RevisionGraph, revision: Revision, { verbose }: BranchesFlags): string {
  const indent = ' '.repeat(revision.id.length);
  const children = graph.children(revision.id).flatMap((id) => graph.get(id) ?? []);
  return [
    verbose ? revisionEntry(graph, revision) : revisionLine(graph, revision, { labels: true, shape: true }),
    ...children.map((child) => {
      const line = revisionLine(graph, child, { labels: true, shape: true, ...(verbose && { message: true }) });
      return `${indent} -> ${line}`;
    }),
  ].join('\n');
}
