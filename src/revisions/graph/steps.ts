/** Which revisions an upgrade or a downgrade runs, in order. */
import { DrydockError } from '../../errors.ts';
import type { Step } from '../revision.ts';
import { type Address, parseAddress, resolveAddress } from './address.ts';
import { branchOf } from './branches.ts';
import { type RevisionGraph, requireKnown } from './graph.ts';
import { lastUndone } from './relative.ts';

/**
 * What an upgrade to an address would run: all that must be applied before the target and is not, and the target.
 * @param current The ids of the database's `alembic_version` table.
 * @returns Steps in the order of execution; none where the target is applied already.
 * @throws {DrydockError} USAGE for a bad address; HISTORY where the files do not know a current revision.
 */
export function planUpgrade(graph: RevisionGraph, current: readonly string[], target: string): Step[] {
  requireKnown(graph, current);
  const address = parseAddress(graph, target);
  refuseDirection(address, '-', 'an upgrade', { verb: 'downgrade', flag: '--down ' });
  const applied = graph.ancestors(current);
  const wanted = graph.ancestors(resolveAddress(graph, address, current));
  return graph.revisions
    .filter(({ id }) => wanted.has(id) && !applied.has(id))
    .map((revision) => ({ revision, direction: 'up' }));
}

/**
 * What a downgrade to an address would run: it undoes what descends from the target, and what depends on that. Another
 * branch stays as it is.
 * @param current The ids of the database's `alembic_version` table.
 * @returns Steps in the order of execution, children first.
 * @throws {DrydockError} USAGE for a bad address, or a target that is not applied; HISTORY where the files do not know a
 *   current revision.
 */
export function planDowngrade(graph: RevisionGraph, current: readonly string[], target: string): Step[] {
  requireKnown(graph, current);
  const address = parseAddress(graph, target);
  refuseDirection(address, '+', 'a downgrade', { verb: 'upgrade', flag: '' });
  const applied = graph.ancestors(current);
  const undone = graph.descendants(rootsOfDowngrade(graph, address, current, applied));
  return graph.revisions
    .filter(({ id }) => undone.has(id) && applied.has(id))
    .map((revision): Step => ({ revision, direction: 'down' }))
    .reverse();
}

/** The first revisions, from base on, that are to be undone. */
function rootsOfDowngrade(
  graph: RevisionGraph,
  address: Address,
  current: readonly string[],
  applied: ReadonlySet<string>,
): readonly string[] {
  const { text, branch, name, offset } = address;
  if (name === '' && offset !== undefined) {
    return offset.count === 0 ? [] : [lastUndone(graph, { text, branch, count: offset.count }, current)];
  }
  const targets = resolveAddress(graph, address, current);
  if (name === 'current' && offset === undefined) return [];
  const stranger = targets.find((id) => !applied.has(id));
  if (stranger !== undefined) throw notApplied(stranger, current);
  const roots = targets.length === 0 ? basesOf(graph, address, current) : targets.flatMap(graph.children);
  return branch === undefined ? roots : roots.filter((id) => branch.members.has(id));
}

/** Of `base` all of them; of `REV-N` that comes to base only those that REV descends from. */
function basesOf(graph: RevisionGraph, address: Address, current: readonly string[]): readonly string[] {
  if (address.offset === undefined) return graph.bases;
  const starts = resolveAddress(graph, { ...address, offset: undefined }, current);
  const line = starts.map((id) => branchOf(graph, id));
  return graph.bases.filter((id) => line.length === 0 || line.some((members) => members.has(id)));
}

function notApplied(target: string, current: readonly string[]): DrydockError {
  const from = current.length === 0 ? 'base' : current.join(', ');
  return new DrydockError('USAGE', {
    what: `Destination '${target}' is not a valid downgrade target from current revision ${from}: it is not applied`,
    state: 'The database is unchanged',
    next: 'Name an applied revision (`drydock history --indicate-current`), or `base`',
  });
}

/** @param other The verb of the other direction, and what plan and rehearse are told to look at that. */
function refuseDirection(
  { text, name, offset }: Address,
  sign: '+' | '-',
  verb: string,
  other: { readonly verb: string; readonly flag: string },
): void {
  if (name !== '' || offset?.sign !== sign || offset.count === 0) return;
  throw new DrydockError('USAGE', {
    what: `'${text}' is no target for ${verb}`,
    state: 'The database is unchanged',
    next: `Turn the sign round, or use \`drydock ${other.verb} ${text}\`; to look first: \`drydock plan ${other.flag}${text}\`, \`drydock rehearse ${other.flag}${text}\``,
  });
}
