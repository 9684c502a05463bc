import { DrydockError, invariant } from '../errors.ts';
import type { Revision } from './revision.ts';

/** The revisions of a folder and how they follow each other. */
export interface RevisionGraph {
  /** Every revision, parents before children; where the graph leaves a choice, the smaller id first. */
  readonly revisions: readonly Revision[];
  /** Ids of the revisions that no other one revises, sorted. */
  readonly heads: readonly string[];
  /** Ids of the revisions without a parent, sorted. */
  readonly bases: readonly string[];
  get(id: string): Revision | undefined;
  /** Ids of the parents of a revision of this graph, in the order of its header. */
  parents(id: string): readonly string[];
  /** Ids of the revisions that revise this one, sorted. */
  children(id: string): readonly string[];
  /** The revisions of these ids, which must be in the graph, and everything before them. */
  ancestors(ids: Iterable<string>): ReadonlySet<string>;
}

/**
 * Builds the graph of the revisions.
 * @throws {DrydockError} USAGE where two files have one id, a parent has no file, or revisions revise each other in a circle.
 */
export function buildGraph(revisions: readonly Revision[]): RevisionGraph {
  const byId = indexById(revisions);
  const childrenById = indexChildren(revisions, byId);
  const get = (id: string) => byId.get(id);
  const known = (id: string): Revision => {
    const revision = byId.get(id);
    invariant(revision !== undefined, `revision ${id} is not in the graph`);
    return revision;
  };
  const parents = (id: string) => known(id).revises;
  const children = (id: string) => childrenById.get(known(id).id) ?? [];
  const ids = [...byId.keys()].sort();
  return {
    revisions: inOrder(byId, childrenById).map(known),
    heads: ids.filter((id) => children(id).length === 0),
    bases: ids.filter((id) => parents(id).length === 0),
    get,
    parents,
    children,
    ancestors: (from) => reachable(from, parents),
  };
}

/**
 * The heads within a set of applied revisions: what `alembic_version` must hold.
 * @param applied Ids of revisions of the graph, each with all of its ancestors.
 * @returns Sorted.
 */
export function newHeads(graph: RevisionGraph, applied: ReadonlySet<string>): string[] {
  return [...applied].filter((id) => !graph.children(id).some((child) => applied.has(child))).sort();
}

/**
 * Checks that the files know every revision that the database is at.
 * @param current The ids of the database's `alembic_version` table.
 * @throws {DrydockError} HISTORY
 */
export function requireKnown(graph: RevisionGraph, current: readonly string[]): void {
  const unknown = current.filter((id) => graph.get(id) === undefined);
  if (unknown.length === 0) return;
  const names = unknown.map((id) => `'${id}'`).join(', ');
  throw new DrydockError('HISTORY', {
    what: `The database is at revision ${names}, which no revision file has: it is newer than these files, or belongs to other ones`,
    state: 'The database is unchanged',
    next: `Run the image that has revision ${names}, or restore a snapshot taken before it (\`drydock snapshot list\`)`,
  });
}

function indexById(revisions: readonly Revision[]): ReadonlyMap<string, Revision> {
  const byId = new Map<string, Revision>();
  for (const revision of revisions) {
    const other = byId.get(revision.id);
    if (other !== undefined) {
      throw new DrydockError('USAGE', {
        what: `Revision '${revision.id}' is present more than once: in ${other.path} and in ${revision.path}`,
        next: 'Give one of the two files another id',
      });
    }
    byId.set(revision.id, revision);
  }
  return byId;
}

function indexChildren(
  revisions: readonly Revision[],
  byId: ReadonlyMap<string, Revision>,
): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (const revision of revisions) {
    for (const parent of revision.revises) {
      if (!byId.has(parent)) {
        throw new DrydockError('USAGE', {
          what: `${revision.path} revises '${parent}', and no file has that revision`,
          next: `Put the file of '${parent}' back, or correct what '${revision.id}' revises`,
        });
      }
      children.set(parent, [...(children.get(parent) ?? []), revision.id].sort());
    }
  }
  return children;
}

/** Kahn's algorithm: takes, again and again, the smallest id whose parents have all been taken. */
function inOrder(
  byId: ReadonlyMap<string, Revision>,
  childrenById: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const order: string[] = [];
  const missing = new Map([...byId].map(([id, revision]) => [id, revision.revises.length]));
  const ready = [...byId.keys()].filter((id) => missing.get(id) === 0).sort();
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    order.push(id);
    missing.delete(id);
    for (const child of childrenById.get(id) ?? []) {
      const left = (missing.get(child) ?? 0) - 1;
      missing.set(child, left);
      if (left === 0) ready.push(child);
    }
    ready.sort();
  }
  if (missing.size > 0) throw cycleError(byId, new Set(missing.keys()));
  return order;
}

/** @param stuck The ids that never became ready: each has a parent among them, so following parents comes to a circle. */
function cycleError(byId: ReadonlyMap<string, Revision>, stuck: ReadonlySet<string>): DrydockError {
  const path: string[] = [];
  let id = [...stuck].sort()[0] ?? '';
  while (!path.includes(id)) {
    path.push(id);
    id = byId.get(id)?.revises.find((parent) => stuck.has(parent)) ?? '';
  }
  const circle = path.slice(path.indexOf(id)).reverse();
  const first = circle.indexOf([...circle].sort()[0] ?? '');
  const rotated = [...circle.slice(first), ...circle.slice(0, first)];
  const files = rotated.map((member) => byId.get(member)?.path).join(', ');
  return new DrydockError('USAGE', {
    what: `The revisions form a cycle, ${[...rotated, rotated[0]].join(' -> ')}, in the files ${files}`,
    next: 'Correct what one of them revises',
  });
}

function reachable(from: Iterable<string>, parents: (id: string) => readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [...from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    open.push(...parents(id));
  }
  return reached;
}
