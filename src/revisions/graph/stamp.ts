/** What `alembic_version` holds after a stamp. */

import type { Revision } from '../revision.ts';
import { type Address, parseAddress, resolveAddress } from './address.ts';
import { newHeads, type RevisionGraph } from './graph.ts';

export interface Stamp {
  /** The rows of `alembic_version` after it, sorted. */
  readonly to: readonly string[];
  /** What it records as applied: the targets and everything before them, in order. */
  readonly revisions: readonly Revision[];
}

/**
 * As in Alembic, a target replaces the rows before and after it and keeps those of other branches. If one target comes
 * before another, only the later one is written: Alembic refuses a table with both.
 * @param rows The rows of `alembic_version` that may be kept; each must be in the graph.
 * @param current The revisions that `current`, `+N` and `-N` refer to.
 * @throws {DrydockError} USAGE for a bad address.
 */
export function planStamp(
  graph: RevisionGraph,
  rows: readonly string[],
  current: readonly string[],
  targets: readonly string[],
): Stamp {
  const addresses = targets.map((target) => parseAddress(graph, target));
  const wanted = addresses.flatMap((address) => resolveAddress(graph, address, current));
  const kept = rows.filter((row) => !addresses.some((address) => replaces(graph, address, row, current)));
  const stamped = graph.ancestors(wanted);
  return {
    to: newHeads(graph, graph.ancestors([...kept, ...wanted])),
    revisions: graph.revisions.filter(({ id }) => stamped.has(id)),
  };
}

function replaces(graph: RevisionGraph, address: Address, row: string, current: readonly string[]): boolean {
  const anchors = anchorsOf(graph, address, current);
  if (anchors.length === 0) return true;
  const line = new Set([...graph.ancestors([row]), ...graph.descendants([row])]);
  return anchors.some((id) => line.has(id));
}

/** The revisions that an address refers to; none for `base`, which refers to all. */
function anchorsOf(graph: RevisionGraph, address: Address, current: readonly string[]): readonly string[] {
  const { branch, name, offset } = address;
  const target = resolveAddress(graph, address, current);
  const start =
    offset === undefined || name === '' ? [] : resolveAddress(graph, { ...address, offset: undefined }, current);
  return [...target, ...start, ...(branch === undefined ? [] : [branch.anchor])];
}
