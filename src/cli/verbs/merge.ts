import type { Config } from '../../config/config.ts';
import { loadGraph } from '../../run/preflight.ts';
import { nextId } from '../../scaffold/next-id.ts';
import { parentsForMerge } from '../../scaffold/parents.ts';
import { writeRevision } from '../../scaffold/write-revision.ts';
import type { Output } from '../print.ts';
import { writtenOutput } from './revision.ts';

export interface MergeFlags {
  readonly message?: string;
  readonly revId?: string;
  readonly branchLabel?: readonly string[];
}

/** `revision`: the merge that was written, as `show` has it. */
export async function merge(config: Config, addresses: readonly string[], flags: MergeFlags): Promise<Output> {
  const graph = loadGraph(config.migrations);
  const revises = parentsForMerge(graph, addresses);
  const written = writeRevision(config.migrations, graph, {
    id: flags.revId ?? nextId(graph.revisions.map(({ id }) => id)),
    revises,
    dependsOn: [],
    branchLabels: flags.branchLabel ?? [],
    message: flags.message ?? `merge ${revises.join(' and ')}`,
    kind: 'sql',
  });
  return writtenOutput(written);
}
