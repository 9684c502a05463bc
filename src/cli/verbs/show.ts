import { describeEntry } from '../../api/revision-data.ts';
import { namedRevisions } from '../../api/revisions.ts';
import type { Config } from '../../config/config.ts';
import { revisionEntry } from '../alembic-text.ts';
import type { Output } from '../print.ts';

/** `revisions`: what the address names. */
export async function show(config: Config, address: string): Promise<Output> {
  const { graph, revisions, current } = namedRevisions(config, address);
  return {
    data: { revisions: revisions.map((revision) => describeEntry(graph, revision)) },
    text: revisions.map((revision) => revisionEntry(graph, revision, current)).join('\n\n'),
  };
}
