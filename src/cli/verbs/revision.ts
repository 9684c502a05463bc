import { createRevision } from '../../api/new-revision.ts';
import type { RevisionEntry } from '../../api/revision-data.ts';
import type { Config } from '../../config/config.ts';
import { DrydockError } from '../../errors.ts';
import { visible } from '../../visible.ts';
import type { Output } from '../print.ts';
import { readArguments } from './run.ts';

export interface RevisionFlags {
  readonly message: string;
  readonly sql?: true;
  readonly ts?: true;
  readonly revId?: string;
  readonly head?: string;
  readonly splice?: true;
  readonly dependsOn?: readonly string[];
  readonly branchLabel?: readonly string[];
  readonly autogenerate?: true;
  readonly x?: readonly string[];
  readonly schema?: string;
  readonly rename?: readonly string[];
  readonly separate?: readonly string[];
}

/** `revision`: the new revision, as in `show`. */
export async function revision(config: Config, flags: RevisionFlags): Promise<Output> {
  if (flags.sql && flags.ts) {
    throw new DrydockError('USAGE', { what: '--sql and --ts were both given', next: 'Give one of them' });
  }
  const { message, revId: id, head, dependsOn, branchLabel: branchLabels } = flags;
  const parents = flags.splice ? 'splice' : 'heads only';
  const wanted = { message, id, head, parents, dependsOn, branchLabels } as const;
  if (flags.autogenerate) {
    const { autogenerate } = await import('./autogenerate.ts');
    const kind = flags.ts ? 'ts' : flags.sql && 'sql';
    const { rename: renames, separate: separates } = flags;
    return autogenerate(config, { ...wanted, kind, renames, separates, arguments: readArguments(flags.x) });
  }
  refuseAutogenerateFlags(flags);
  return writtenOutput(await createRevision(config, { ...wanted, kind: flags.ts ? 'ts' : 'sql' }));
}

function refuseAutogenerateFlags({ schema, rename, separate, x }: RevisionFlags): void {
  const given = Object.entries({ '--schema': schema, '--rename': rename, '--separate': separate, '-x': x }).find(
    ([, value]) => value !== undefined,
  )?.[0];
  if (given === undefined) return;
  throw new DrydockError('USAGE', {
    what: `${given} was given without --autogenerate, which alone reads it`,
    next: 'Add --autogenerate, or leave it out',
  });
}

export function writtenOutput(revision: RevisionEntry): Output {
  return { data: { revision }, text: visible(`Created ${revision.path}`) };
}
