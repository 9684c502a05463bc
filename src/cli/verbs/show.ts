import type { Config } from '../../config/config.ts';
import { DrydockError } from '../../errors.ts';
import { resolveRevision, startsFromCurrent } from '../../revisions/address.ts';
import type { RevisionGraph } from '../../revisions/graph.ts';
import type { Revision } from '../../revisions/revision.ts';
import { loadGraph } from '../../run/preflight.ts';
import { readState } from '../../run/read-state.ts';
import type { Output } from '../print.ts';
import { describeEntry } from '../revision-data.ts';
import { revisionEntry } from '../revision-text.ts';

/** `revisions`: what the address names. */
export async function show(config: Config, address: string): Promise<Output> {
  const { graph, revisions, current } = namedRevisions(config, address);
  return {
    data: { revisions: revisions.map((revision) => describeEntry(graph, revision)) },
    text: revisions.map((revision) => revisionEntry(graph, revision, current)).join('\n\n'),
  };
}

/**
 * The revisions that an address names. Only one that starts from where the database is needs the database.
 * @throws {DrydockError} USAGE where it names none.
 */
export function namedRevisions(
  config: Config,
  address: string,
): { graph: RevisionGraph; revisions: readonly Revision[]; current: readonly string[] } {
  const { graph, current } = startsFromCurrent(address)
    ? currentState(config)
    : { graph: loadGraph(config.migrations), current: [] };
  const revisions = resolveRevision(graph, address, current).flatMap((id) => graph.get(id) ?? []);
  if (revisions.length > 0) return { graph, revisions, current };
  throw new DrydockError('USAGE', { what: `'${address}' names no revision`, next: 'See drydock history' });
}

function currentState(config: Config) {
  const { graph, applied } = readState(config);
  return { graph, current: applied.current };
}
