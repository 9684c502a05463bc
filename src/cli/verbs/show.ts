import { entriesOf, namedRevisions } from '../../api/revisions.ts';
import type { Config } from '../../config/config.ts';
import { revisionEntry } from '../alembic-text.ts';
import type { Output } from '../print.ts';

/** `revisions`: what the address names. */
export async function show(config: Config, address: string): Promise<Output> {
  const named = namedRevisions(config, address);
  const { graph, revisions, current } = named;
  return {
    data: { revisions: entriesOf(named) },
    text: revisions.map((revision) => revisionEntry(graph, revision, current)).join('\n\n'),
  };
}
