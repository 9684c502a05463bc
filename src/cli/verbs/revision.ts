import { describeEntry } from '../../api/revision-data.ts';
import type { Config } from '../../config/config.ts';
import { DrydockError } from '../../errors.ts';
import { loadGraph } from '../../run/preflight.ts';
import { nextId } from '../../scaffold/next-id.ts';
import { dependenciesFor, parentsFor } from '../../scaffold/parents.ts';
import { type Written, writeRevision } from '../../scaffold/write-revision.ts';
import type { Output } from '../print.ts';

export interface RevisionFlags {
  readonly message: string;
  readonly sql?: true;
  readonly ts?: true;
  readonly revId?: string;
  readonly head?: string;
  readonly splice?: true;
  readonly dependsOn?: readonly string[];
  readonly branchLabel?: readonly string[];
}

/** `revision`: what was written, as `show` has it. */
export async function revision(config: Config, flags: RevisionFlags): Promise<Output> {
  if (flags.sql && flags.ts) {
    throw new DrydockError('USAGE', { what: '--sql and --ts were both given', next: 'Give one of them' });
  }
  const graph = loadGraph(config.migrations);
  const written = writeRevision(config.migrations, graph, {
    id: flags.revId ?? nextId(graph.revisions.map(({ id }) => id)),
    revises: parentsFor(graph, flags.head, flags.splice ? 'splice' : 'heads only'),
    dependsOn: dependenciesFor(graph, flags.dependsOn ?? []),
    branchLabels: flags.branchLabel ?? [],
    message: flags.message,
    kind: flags.ts ? 'ts' : 'sql',
  });
  return writtenOutput(written);
}

export function writtenOutput({ graph, revision: written }: Written): Output {
  return {
    data: { revision: describeEntry(graph, written) },
    text: `Created ${written.path}`,
  };
}
