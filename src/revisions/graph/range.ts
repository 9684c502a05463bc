/** The part of the graph that `history -r [start]:[end]` selects. */
import { DrydockError } from '../../errors.ts';
import type { Revision } from '../revision.ts';
import { type Address, parseAddress, resolveAddress, startsFromCurrent } from './address.ts';
import type { RevisionGraph } from './graph.ts';
import { reachable } from './reachable.ts';
import { backwards, forwards } from './relative.ts';

/**
 * The revisions from start to end, inclusive. A start of `-N` counts back from the end and an end of `+N` forward from the
 * start; both stop at the first or last revision. The default start is `base`, the default end `heads`.
 * @param current The ids in the database's `alembic_version` table, for a start or end that refers to it.
 * @returns In the graph's order.
 * @throws {DrydockError} USAGE for a bad range.
 */
export function selectRange(graph: RevisionGraph, range: string, current: readonly string[]): readonly Revision[] {
  const [startText, endText] = splitRange(range);
  const start = parseAddress(graph, startText);
  const end = parseAddress(graph, endText);
  const ends = onBranchOf(start, endsOf(graph, start, end, current));
  const starts = startsOf(graph, start, ends, current);
  const reached = graph.ancestors(ends);
  if (starts.some((id) => !reached.has(id))) throw notAlongOneBranch(range);
  if (starts.length === 0) return graph.revisions.filter(({ id }) => reached.has(id));
  const before = graph.ancestors(starts);
  const after = reachable(starts, graph.children);
  return graph.revisions.filter(
    ({ id }) => reached.has(id) && after.has(id) && (starts.includes(id) || !before.has(id)),
  );
}

/** Whether resolving a range needs the database. */
export function speaksOfCurrent(range: string): boolean {
  const [start, end] = splitRange(range);
  const countsFromOther = /^(?:[^@]*@)?-/.test(start) ? end : /^(?:[^@]*@)?\+/.test(end) ? start : undefined;
  return (countsFromOther === undefined ? [start, end] : [countsFromOther]).some(startsFromCurrent);
}

function splitRange(range: string): [start: string, end: string] {
  const [start, end, ...more] = range.trim().split(':');
  if (start !== undefined && end !== undefined && more.length === 0) return [start || 'base', end || 'heads'];
  throw new DrydockError('USAGE', {
    what: `'${range}' is not a range: a history range is [start]:[end], [start]:, or :[end]`,
    next: 'Write for example --rev-range base:head, -3: or :current',
  });
}

function endsOf(graph: RevisionGraph, start: Address, end: Address, current: readonly string[]): readonly string[] {
  if (end.name !== '' || end.offset?.sign !== '+') return resolveAddress(graph, end, current);
  const { text, branch, offset } = end;
  const from = resolveAddress(graph, start, current);
  const walk = { text, branch: branch ?? start.branch, count: offset.count, beyond: 'stop' } as const;
  const reached = (from.length === 0 ? [undefined] : from).map((id) => forwards(graph, walk, id));
  return reached.filter((id) => id !== undefined);
}

function startsOf(
  graph: RevisionGraph,
  start: Address,
  ends: readonly string[],
  current: readonly string[],
): readonly string[] {
  if (start.name !== '' || start.offset?.sign !== '-') return resolveAddress(graph, start, current);
  const { text, branch, offset } = start;
  const reached = ends.map((id) => backwards(graph, { text, branch, count: offset.count, beyond: 'stop' }, id));
  // One of the ways back reaches base, so everything is wanted from there on.
  return reached.includes(undefined) ? [] : reached.filter((id) => id !== undefined);
}

function onBranchOf({ branch }: Address, ids: readonly string[]): readonly string[] {
  return branch === undefined ? ids : ids.filter((id) => branch.members.has(id));
}

function notAlongOneBranch(range: string): DrydockError {
  return new DrydockError('USAGE', {
    what: `Requested range ${range} does not refer to ancestor/descendant revisions along the same branch`,
    next: 'Choose a start that the end descends from; see `drydock history`',
  });
}
