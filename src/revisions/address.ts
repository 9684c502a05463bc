import { DrydockError } from '../errors.ts';
import { newHeads, type RevisionGraph, requireKnown } from './graph.ts';
import type { Revision, Step } from './revision.ts';

interface RelativeAddress {
  /** What stands before the sign: '' for the current revisions. */
  readonly from: string;
  readonly sign: '+' | '-';
  readonly count: number;
}

/**
 * Finds what an address in Alembic's forms names: `head`, `heads`, `base`, `current`, an id, a unique prefix of one, `+N`
 * and `-N` from the current revisions, `REV+N`, `REV-N`.
 * @param current The ids of the database's `alembic_version` table.
 * @returns Ids of the heads that a database at that address has: none for `base`, several for a state of several branches.
 * @throws {DrydockError} USAGE for an address that names nothing, or more than one thing; HISTORY where the address starts
 *   from the current revisions and the files do not know them.
 */
export function resolveRevision(graph: RevisionGraph, address: string, current: readonly string[]): readonly string[] {
  const relative = relativeAddress(address);
  if (relative === undefined) return resolveName(graph, address, current);
  if (relative.from === '') return fromCurrent(graph, address, relative, current);
  const starts = resolveName(graph, relative.from, current);
  if (starts.length > 1) throw ambiguous(address, `'${relative.from}' is more than one revision`, starts);
  const end =
    relative.sign === '+'
      ? forwards(graph, address, relative, starts[0])
      : backwards(graph, address, relative, starts[0]);
  return end === undefined ? [] : [end];
}

/**
 * What an upgrade to an address would run.
 * @param current The ids of the database's `alembic_version` table.
 * @returns Steps in the order of execution; none where the target is applied already. `+N` is the next N steps of an
 *   upgrade to `heads`.
 * @throws {DrydockError} USAGE for a bad address; HISTORY where the files do not know a current revision.
 */
export function planUpgrade(graph: RevisionGraph, current: readonly string[], address: string): Step[] {
  requireKnown(graph, current);
  refuseDirection(address, '-', 'an upgrade', 'drydock downgrade');
  const applied = graph.ancestors(current);
  const wanted = graph.ancestors(resolveRevision(graph, address, current));
  return graph.revisions
    .filter(({ id }) => wanted.has(id) && !applied.has(id))
    .map((revision) => ({ revision, direction: 'up' }));
}

/**
 * What a downgrade to an address would run: it undoes whatever is applied beyond the target, other branches too.
 * @param current The ids of the database's `alembic_version` table.
 * @returns Steps in the order of execution, children first. `-N` is the last N steps of an upgrade to where the database is.
 * @throws {DrydockError} USAGE for a bad address, or a target that is not applied; HISTORY where the files do not know a
 *   current revision.
 */
export function planDowngrade(graph: RevisionGraph, current: readonly string[], address: string): Step[] {
  requireKnown(graph, current);
  refuseDirection(address, '+', 'a downgrade', 'drydock upgrade');
  const applied = graph.ancestors(current);
  const targets = resolveRevision(graph, address, current);
  const stranger = targets.find((id) => !applied.has(id));
  if (stranger !== undefined) {
    const from = current.length === 0 ? 'base' : current.join(', ');
    throw new DrydockError('USAGE', {
      what: `Destination '${stranger}' is not a valid downgrade target from current revision ${from}: it is not applied`,
      state: 'The database is unchanged',
      next: 'Name an applied revision (`drydock history`), or `base`',
    });
  }
  const kept = graph.ancestors(targets);
  return appliedInOrder(graph, applied)
    .filter(({ id }) => !kept.has(id))
    .map((revision): Step => ({ revision, direction: 'down' }))
    .reverse();
}

function relativeAddress(address: string): RelativeAddress | undefined {
  const [, from, sign, count] = /^([^+-]*)([+-])(\d+)$/.exec(address) ?? [];
  if (from === undefined || (sign !== '+' && sign !== '-')) return undefined;
  return { from, sign, count: Number(count) };
}

function resolveName(graph: RevisionGraph, name: string, current: readonly string[]): readonly string[] {
  if (name === 'base') return [];
  if (name === 'heads') return graph.heads;
  if (name === 'head') return onlyHead(graph);
  if (name === 'current') {
    requireKnown(graph, current);
    return [...current].sort();
  }
  return [byIdOrPrefix(graph, name)];
}

function onlyHead(graph: RevisionGraph): readonly string[] {
  if (graph.heads.length <= 1) return graph.heads;
  throw new DrydockError('USAGE', {
    what: `Multiple head revisions are present for given argument 'head': ${graph.heads.join(', ')}`,
    next: 'Name one of them, or all with `heads`, or join them with `drydock merge`',
  });
}

function byIdOrPrefix(graph: RevisionGraph, name: string): string {
  if (graph.get(name) !== undefined) return name;
  const candidates = graph.revisions.map(({ id }) => id).filter((id) => name !== '' && id.startsWith(name));
  const [found, ...others] = candidates.sort();
  if (found !== undefined && others.length === 0) return found;
  if (found !== undefined) {
    throw new DrydockError('USAGE', {
      what: `Multiple revisions start with '${name}': ${candidates.join(', ')}`,
      next: 'Write more of the id',
    });
  }
  const heads = graph.heads.length === 0 ? 'there are no revisions' : `the heads are ${graph.heads.join(', ')}`;
  throw new DrydockError('USAGE', {
    what: `Can't locate revision identified by '${name}'; ${heads}`,
    next: 'See the known revisions with `drydock history`',
  });
}

function fromCurrent(
  graph: RevisionGraph,
  address: string,
  { sign, count }: RelativeAddress,
  current: readonly string[],
): readonly string[] {
  requireKnown(graph, current);
  const applied = graph.ancestors(current);
  const done = appliedInOrder(graph, applied);
  const pending = graph.revisions.filter(({ id }) => !applied.has(id));
  if (count > (sign === '+' ? pending : done).length) throw tooFar(address, count);
  const reached = sign === '+' ? [...done, ...pending.slice(0, count)] : done.slice(0, done.length - count);
  return newHeads(graph, new Set(reached.map(({ id }) => id)));
}

function forwards(
  graph: RevisionGraph,
  address: string,
  { count }: RelativeAddress,
  start: string | undefined,
): string | undefined {
  let at = start;
  for (let step = 0; step < count; step += 1) {
    const children = at === undefined ? graph.bases : graph.children(at);
    if (children.length === 0) throw tooFar(address, count);
    if (children.length > 1) throw ambiguous(address, `several revisions follow '${at ?? 'base'}'`, children);
    at = children[0];
  }
  return at;
}

function backwards(
  graph: RevisionGraph,
  address: string,
  { count }: RelativeAddress,
  start: string | undefined,
): string | undefined {
  let at = start;
  for (let step = 0; step < count; step += 1) {
    if (at === undefined) throw tooFar(address, count);
    const parents = graph.parents(at);
    if (parents.length > 1) throw ambiguous(address, `'${at}' merges several revisions`, parents);
    at = parents[0];
  }
  return at;
}

function appliedInOrder(graph: RevisionGraph, applied: ReadonlySet<string>): readonly Revision[] {
  return graph.revisions.filter(({ id }) => applied.has(id));
}

function refuseDirection(address: string, sign: '+' | '-', verb: string, other: string): void {
  const relative = relativeAddress(address);
  if (relative?.from !== '' || relative.sign !== sign) return;
  throw new DrydockError('USAGE', {
    what: `'${address}' is no target for ${verb}`,
    state: 'The database is unchanged',
    next: `Turn the sign round, or use \`${other} ${address}\``,
  });
}

function tooFar(address: string, count: number): DrydockError {
  return new DrydockError('USAGE', {
    what: `Relative revision ${address} didn't produce ${count} migrations`,
    next: 'Ask for fewer steps; `drydock history` shows how many there are',
  });
}

function ambiguous(address: string, reason: string, candidates: readonly string[]): DrydockError {
  return new DrydockError('USAGE', {
    what: `'${address}' is ambiguous, because ${reason}: ${candidates.join(', ')}`,
    next: 'Name the revision by its id',
  });
}
