/** Relative addresses: `+N`, `-N`, `REV+N`, `REV-N`. A step that could go two ways is an error, never a guess. */
import { DrydockError } from '../../errors.ts';
import type { Branch } from './address.ts';
import { branchHeads } from './branches.ts';
import { newHeads, type RevisionGraph } from './graph.ts';

/** How far to go, on which branch, and the address as written. */
export interface Walk {
  readonly text: string;
  readonly branch: Branch | undefined;
  readonly count: number;
  /** Whether to stop at the last revision or at base instead of failing. */
  readonly beyond?: 'stop';
}

/**
 * N steps from parent to child.
 * @param start undefined means base.
 */
export function forwards(graph: RevisionGraph, walk: Walk, start: string | undefined): string | undefined {
  let at = start;
  for (let step = 0; step < walk.count; step += 1) {
    const next = onBranch(at === undefined ? graph.bases : graph.children(at), walk);
    if (next.length === 0 && walk.beyond === 'stop') return at;
    if (next.length === 0) throw tooFar(walk);
    if (next.length > 1) throw ambiguous(walk.text, `several revisions follow '${at ?? 'base'}'`, next);
    at = next[0];
  }
  return at;
}

/**
 * N steps from child to parent.
 * @param count How many of the requested steps to go now.
 * @returns undefined means base.
 */
export function backwards(
  graph: RevisionGraph,
  walk: Walk,
  start: string | undefined,
  count = walk.count,
): string | undefined {
  let at = start;
  for (let step = 0; step < count; step += 1) {
    if (at === undefined && walk.beyond === 'stop') return at;
    if (at === undefined) throw tooFar(walk);
    const parents = graph.parents(at);
    // Naming a branch would not help: every branch leads back to the same merge.
    if (parents.length > 1) throw ambiguous(walk.text, `'${at}' merges several revisions`, parents, nameId);
    at = parents[0];
  }
  return at;
}

/**
 * Where `+N` starts: at the current revision. On a branch it starts at the one that is current there, else at the last
 * applied one, else at base.
 */
export function startsForwards(graph: RevisionGraph, walk: Walk, current: readonly string[]): string | undefined {
  const rows = onBranch(current, walk);
  const applied = [...graph.ancestors(current)];
  const starts = rows.length > 0 ? rows : newHeads(graph, new Set(onBranch(applied, walk)));
  return onlyStart(walk, starts);
}

/**
 * The revision that the last of N steps back undoes. Only that one may be a merge: what it leaves is clear, while a step
 * further back could go two ways.
 */
export function lastUndone(graph: RevisionGraph, walk: Walk, current: readonly string[]): string {
  const rows = onBranch(current, walk);
  const starts = rows.length > 0 ? rows : onBranch(branchHeads(graph, graph.ancestors(current)), walk);
  const last = backwards(graph, walk, onlyStart(walk, starts), walk.count - 1);
  if (last === undefined) throw tooFar(walk);
  return last;
}

function onlyStart(walk: Walk, starts: readonly string[]): string | undefined {
  if (starts.length > 1) throw ambiguous(walk.text, 'the database is at several revisions', [...starts].sort());
  return starts[0];
}

function onBranch(ids: readonly string[], { branch }: Walk): readonly string[] {
  return branch === undefined ? ids : ids.filter((id) => branch.members.has(id));
}

function tooFar({ text, count }: Walk): DrydockError {
  return new DrydockError('USAGE', {
    what: `Relative revision ${text} didn't produce ${count} migrations`,
    next: 'Ask for fewer steps; `drydock history` shows how many there are',
  });
}

const nameId = 'Name the revision by its id';

/** The error for an address that could mean several revisions. */
export function ambiguous(
  text: string,
  reason: string,
  candidates: readonly string[],
  next = nameIdOrBranch(text, candidates),
): DrydockError {
  return new DrydockError('USAGE', {
    what: `'${text}' is ambiguous, because ${reason}: ${candidates.join(', ')}`,
    next,
  });
}

function nameIdOrBranch(text: string, [first]: readonly string[]): string {
  return /^[+-]/.test(text) ? `${nameId}, or say on which branch, such as ${first}@${text}` : nameId;
}
