/** Branches: which revisions share a line of descent, and which labels that line has. */

import type { Revision } from '../revision.ts';
import type { RevisionGraph } from './graph.ts';
import { reachable } from './reachable.ts';

type Links = Pick<RevisionGraph, 'parents' | 'children' | 'dependents'>;

/**
 * The branch labels of each revision. As in Alembic, a label applies to the revision that declares it and to all its
 * descendants; if those form a single line without a fork or merge, it also applies backwards to where that line begins.
 */
export function branchLabels(revisions: readonly Revision[], links: Links): ReadonlyMap<string, readonly string[]> {
  const labels = new Map<string, readonly string[]>();
  for (const { id, branchLabels: own } of revisions.filter((revision) => revision.branchLabels.length > 0)) {
    const after = reachable([id], links.children);
    const line = [...after].some((member) => isKnot(member, links)) ? [] : backToKnot(id, links);
    for (const member of [...after, ...line]) {
      labels.set(member, [...new Set([...(labels.get(member) ?? []), ...own])].sort());
    }
  }
  return labels;
}

/** Whether the line forks or merges here. */
function isKnot(id: string, { parents, children, dependents }: Links): boolean {
  return new Set([...children(id), ...dependents(id)]).size > 1 || parents(id).length > 1;
}

function backToKnot(start: string, links: Links): readonly string[] {
  const line: string[] = [];
  for (let [id] = links.parents(start); id !== undefined && !isKnot(id, links); [id] = links.parents(id)) line.push(id);
  return line;
}

/** A revision with everything before and after it along `revises`: Alembic's lineage. */
export function branchOf(graph: RevisionGraph, id: string): ReadonlySet<string> {
  return new Set([...reachable([id], graph.parents), ...reachable([id], graph.children)]);
}

/** The heads of each branch among the applied revisions, including branches that others depend on: more than `newHeads`. */
export function branchHeads(graph: RevisionGraph, applied: ReadonlySet<string>): readonly string[] {
  return [...applied].filter((id) => !graph.children(id).some((child) => applied.has(child))).sort();
}
