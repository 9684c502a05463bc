import { DrydockError, invariant } from '../../errors.ts';
import type { Revision } from '../revision.ts';
import { branchLabels } from './branches.ts';
import { indexById, indexChildren, indexLabels, resolveDependencies } from './graph-index.ts';
import { inOrder } from './graph-order.ts';
import { reachable } from './reachable.ts';

/** The revisions of a folder and their order. Only ids count, so file names make no difference. */
export interface RevisionGraph {
  /** Every revision after what it revises and depends on; ties are broken by the smaller id. */
  readonly revisions: readonly Revision[];
  /** Ids of the revisions without children, sorted. */
  readonly heads: readonly string[];
  /** Ids of the heads that no revision depends on, sorted: the rows of `alembic_version` when everything is applied. */
  readonly tips: readonly string[];
  /** Ids of the revisions without a parent, sorted. */
  readonly bases: readonly string[];
  get(id: string): Revision | undefined;
  /** Ids of a revision's parents, in the order of its header. */
  parents(id: string): readonly string[];
  /** Ids of a revision's children, sorted. */
  children(id: string): readonly string[];
  /** Ids of what a revision depends on, in the order of its header, with labels resolved. */
  dependencies(id: string): readonly string[];
  /** Ids of the revisions that depend on this one, sorted. */
  dependents(id: string): readonly string[];
  /** The branch labels that apply to a revision: its own and those of its branch, sorted. */
  labels(id: string): readonly string[];
  /** Id of the revision that declares this branch label. */
  labelled(label: string): string | undefined;
  /** These revisions, which must be in the graph, and everything that must be applied before them. */
  ancestors(ids: Iterable<string>): ReadonlySet<string>;
  /** These revisions and everything that can only be applied after them. */
  descendants(ids: Iterable<string>): ReadonlySet<string>;
}

/**
 * Builds the graph of the revisions.
 * @throws {DrydockError} USAGE if two files have the same id or label, a parent or dependency has no file, or revisions form
 *   a cycle.
 */
export function buildGraph(revisions: readonly Revision[]): RevisionGraph {
  const byId = indexById(revisions);
  const byLabel = indexLabels(revisions, byId);
  const dependenciesById = resolveDependencies(revisions, byId, byLabel);
  const childrenById = indexChildren(revisions, byId);
  const dependentsById = new Map<string, readonly string[]>();
  for (const [id, dependencies] of dependenciesById) {
    for (const before of dependencies) dependentsById.set(before, [...(dependentsById.get(before) ?? []), id].sort());
  }
  const known = (id: string): Revision => {
    const revision = byId.get(id);
    invariant(revision !== undefined, `revision ${id} is not in the graph`);
    return revision;
  };
  const parents = (id: string) => known(id).revises;
  const children = (id: string) => childrenById.get(known(id).id) ?? [];
  const dependencies = (id: string) => dependenciesById.get(known(id).id) ?? [];
  const dependents = (id: string) => dependentsById.get(known(id).id) ?? [];
  const before = (id: string) => [...parents(id), ...dependencies(id)];
  const after = (id: string) => [...children(id), ...dependents(id)];
  const ids = [...byId.keys()].sort();
  const order = inOrder(byId, before, after);
  const heads = ids.filter((id) => children(id).length === 0);
  const labelsById = branchLabels(revisions, { parents, children, dependents });
  return {
    revisions: order.map(known),
    heads,
    tips: heads.filter((id) => dependents(id).length === 0),
    bases: ids.filter((id) => parents(id).length === 0),
    get: (id) => byId.get(id),
    parents,
    children,
    dependencies,
    dependents,
    labels: (id) => labelsById.get(id) ?? [],
    labelled: (label) => byLabel.get(label)?.id,
    ancestors: (from) => reachable(from, before),
    descendants: (from) => reachable(from, after),
  };
}

/**
 * The rows of `alembic_version` for a set of applied revisions: those that no other applied revision comes after.
 * @param applied Ids of revisions of the graph, each with all of its ancestors.
 * @returns Sorted.
 */
export function newHeads(graph: RevisionGraph, applied: ReadonlySet<string>): string[] {
  const isBefore = (id: string) => [...graph.children(id), ...graph.dependents(id)].some((after) => applied.has(after));
  return [...applied].filter((id) => !isBefore(id)).sort();
}

/** Splits a database's revisions into those that have a file and those that have none. */
export function partByFiles(
  graph: RevisionGraph,
  current: readonly string[],
): { readonly known: readonly string[]; readonly unknown: readonly string[] } {
  const isKnown = (id: string) => graph.get(id) !== undefined;
  return { known: current.filter(isKnown), unknown: current.filter((id) => !isKnown(id)) };
}

/**
 * Checks that every revision that the database is at has a file.
 * @param current The ids in the database's `alembic_version` table.
 * @param waysOut What to do about those without a file.
 * @throws {DrydockError} HISTORY
 */
export function requireKnown(
  graph: RevisionGraph,
  current: readonly string[],
  waysOut: (unknown: readonly string[]) => string = newerImage,
): void {
  const { unknown } = partByFiles(graph, current);
  if (unknown.length === 0) return;
  throw new DrydockError('HISTORY', {
    what: `The database is at revision ${quoted(unknown)}, which no revision file has: it is newer than these files, or belongs to others`,
    state: 'The database is unchanged',
    next: waysOut(unknown),
  });
}

function newerImage(unknown: readonly string[]): string {
  return `Run the image that has revision ${quoted(unknown)}, or go back with that image: \`drydock downgrade <revision>\`; a restore (\`drydock snapshot list\`) loses what was written since`;
}

function quoted(ids: readonly string[]): string {
  return ids.map((id) => `'${id}'`).join(', ');
}
