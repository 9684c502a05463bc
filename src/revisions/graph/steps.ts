/** Which revisions an upgrade or a downgrade runs, in order. */

import { DrydockError } from '../../errors.ts';
import { shellWord } from '../../files/shell-word.ts';
import type { Step } from '../revision.ts';
import { type Address, parseAddress, resolveAddress } from './address.ts';
import { branchOf } from './branches.ts';
import { type RevisionGraph, requireKnown } from './graph.ts';
import { lastUndone } from './relative.ts';

/**
 * The steps of an upgrade to an address: the target, and everything before it that is not applied.
 * @param current The ids in the database's `alembic_version` table.
 * @returns Steps in execution order; none if the target is already applied.
 * @throws {DrydockError} USAGE for a bad address; HISTORY if a current revision has no file.
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
 * The steps of a downgrade to an address: it undoes the descendants of the target and what depends on them. Other branches
 * stay.
 * @param current The ids in the database's `alembic_version` table.
 * @returns Steps in execution order, children first.
 * @throws {DrydockError} USAGE for a bad address, or a target that is not applied; HISTORY if a current revision has no
 *   file.
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

/** The first revisions, from base on, that the downgrade undoes. */
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

/** All bases for `base`; for a `REV-N` that reaches base, only those that REV descends from. */
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

/** @param other The verb for the other direction, and the flag that makes plan and rehearse look at it. */
function refuseDirection(
  { text, name, offset }: Address,
  sign: '+' | '-',
  verb: string,
  other: { readonly verb: string; readonly flag: string },
): void {
  if (name !== '' || offset?.sign !== sign || offset.count === 0) return;
  throw new DrydockError('USAGE', {
    what: `'${text}' is not a valid target for ${verb}`,
    state: 'The database is unchanged',
    next: `Change the sign, or use \`drydock ${other.verb} ${shellWord(text)}\`; to look first: \`drydock plan ${other.flag}${shellWord(text)}\`, \`drydock rehearse ${other.flag}${shellWord(text)}\``,
  });
}
