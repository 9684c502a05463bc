import type { Config } from '../config/config.ts';
import { DrydockError } from '../errors.ts';
import { layoutFor } from '../files/layout.ts';
import { resolveRevision, startsFromCurrent } from '../revisions/graph/address.ts';
import type { RevisionGraph } from '../revisions/graph/graph.ts';
import { loadGraph } from '../revisions/load-graph.ts';
import { readAppliedFrom } from '../revisions/read-state.ts';
import type { Revision } from '../revisions/revision.ts';

export interface NamedRevisions {
  readonly graph: RevisionGraph;
  readonly revisions: readonly Revision[];
  /** Where the database is, if the address speaks of that; else empty. */
  readonly current: readonly string[];
}

/**
 * The revisions that an address names. Only one that starts from where the database is needs the database.
 * @param graph The revisions of the config, where they were read already.
 * @throws {DrydockError} USAGE where it names none.
 */
export function namedRevisions(config: Config, address: string, graph = loadGraph(config.migrations)): NamedRevisions {
  const current = startsFromCurrent(address) ? readAppliedFrom(layoutFor(config).database).current : [];
  const revisions = resolveRevision(graph, address, current).flatMap((id) => graph.get(id) ?? []);
  if (revisions.length > 0) return { graph, revisions, current };
  throw new DrydockError('USAGE', { what: `'${address}' names no revision`, next: 'See drydock history' });
}

/** Newest first. */
export function branchPoints(graph: RevisionGraph): readonly Revision[] {
  return graph.revisions.toReversed().filter(({ id }) => graph.children(id).length > 1);
}
