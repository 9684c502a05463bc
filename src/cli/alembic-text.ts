/** Prints revisions the way Alembic does, for users who know that format. */
import type { RevisionGraph } from '../revisions/graph/graph.ts';
import type { Revision } from '../revisions/revision.ts';
import { visible, visibleLines } from '../visible.ts';

/** The parts that a line shows. */
export interface LineParts {
  readonly parents?: true;
  readonly labels?: true;
  readonly shape?: true;
  readonly message?: true;
}

/**
 * `a1 -> b1 (label) (head) (current) (branchpoint), message`, or the requested parts of it.
 * @param current Ids to mark as the database's.
 */
export function revisionLine(
  graph: RevisionGraph,
  revision: Revision,
  parts: LineParts,
  current: readonly string[] = [],
): string {
  const { id, message, dependsOn } = revision;
  const labels = graph.labels(id);
  const line = [
    parts.parents ? `${describeParents(revision)}${inBrackets(dependsOn)} -> ` : '',
    id,
    parts.labels ? inBrackets(labels) : '',
    headMark(graph, id),
    current.includes(id) ? ' (current)' : '',
    parts.shape ? shapeMarks(graph, id) : '',
    parts.message ? `, ${message}` : '',
  ];
  return visible(line.join(''));
}

/**
 * Everything known about a revision, one line each: Alembic's verbose form, with the checksum.
 * @param current Ids to mark as the database's.
 */
export function revisionEntry(graph: RevisionGraph, revision: Revision, current: readonly string[] = []): string {
  const { id, revises, dependsOn, path, checksum, transaction, message } = revision;
  const children = graph.children(id);
  const labels = graph.labels(id);
  const currentMark = current.includes(id) ? ' (current)' : '';
  const head = children.length === 0 ? ' (head)' : '';
  return visibleLines([
    `Rev: ${id}${head}${shapeMarks(graph, id)}${currentMark}`,
    `${revises.length > 1 ? 'Merges' : 'Parent'}: ${describeParents(revision)}`,
    ...(dependsOn.length === 0 ? [] : [`Also depends on: ${dependsOn.join(', ')}`]),
    ...(children.length < 2 ? [] : [`Branches into: ${children.join(', ')}`]),
    ...(labels.length === 0 ? [] : [`Branch names: ${labels.join(', ')}`]),
    `Path: ${path}`,
    `Checksum: ${checksum}`,
    ...(transaction ? [] : ['Transaction: false']),
    '',
    `    ${message}`,
  ]);
}

function describeParents({ revises }: Revision): string {
  return revises.length === 0 ? '<base>' : revises.join(', ');
}

function inBrackets(names: readonly string[]): string {
  return names.length === 0 ? '' : ` (${names.join(', ')})`;
}

/** A head that another branch depends on has no row in `alembic_version`, and Alembic has a special name for it. */
function headMark(graph: RevisionGraph, id: string): string {
  if (graph.tips.includes(id)) return ' (head)';
  return graph.children(id).length === 0 ? ' (effective head)' : '';
}

function shapeMarks(graph: RevisionGraph, id: string): string {
  const fork = graph.children(id).length > 1 ? ' (branchpoint)' : '';
  const merge = graph.parents(id).length > 1 ? ' (mergepoint)' : '';
  return `${fork}${merge}`;
}
