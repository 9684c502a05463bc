import type { Config } from '../config/config.ts';
import { DrydockError } from '../errors.ts';
import { resolveRevision, startsFromCurrent } from '../revisions/address.ts';
import type { RevisionGraph } from '../revisions/graph.ts';
import type { Revision } from '../revisions/revision.ts';
import { loadGraph } from '../run/preflight.ts';
import { readState } from '../run/read-state.ts';

export interface NamedRevisions {
  readonly graph: RevisionGraph;
  readonly revisions: readonly Revision[];
  /** Where the database is, if the address speaks of that; else empty. */
  readonly current: readonly string[];
}

/**
 * The revisions that an address names. Only one that starts from where the database is needs the database.
 * @throws {DrydockError} USAGE where it names none.
 */
export function namedRevisions(config: Config, address: string): NamedRevisions {
  const { graph, current } = startsFromCurrent(address)
    ? currentState(config)
    : { graph: loadGraph(config.migrations), current: [] };
  const revisions = resolveRevision(graph, address, current).flatMap((id) => graph.get(id) ?? []);
  if (revisions.length > 0) return { graph, revisions, current };
  throw new DrydockError('USAGE', { what: `'${address}' names no revision`, next: 'See drydock history' });
}

/** Newest first. */
export function branchPoints(graph: RevisionGraph): readonly Revision[] {
  return graph.revisions.toReversed().filter(({ id }) => graph.children(id).length > 1);
}

function currentState(config: Config) {
  const { graph, applied } = readState(config);
  return { graph, current: applied.current };
}
