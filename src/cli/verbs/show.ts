import { describeEntry } from '../../api/revision-data.ts';
import { namedRevisions } from '../../api/revisions.ts';
import type { Config } from '../../config/config.ts';
import type { Output } from '../print.ts';
import { revisionEntry } from '../revision-text.ts';

/** `revisions`: what the address names. */
export async function show(config: Config, address: string): Promise<Output> {
  const { graph, revisions, current } = namedRevisions(config, address);
  return {
    data: { revisions: revisions.map((revision) => describeEntry(graph, revision)) },
    text: revisions.map((revision) => revisionEntry(graph, revision, current)).join('\n\n'),
  };
}
