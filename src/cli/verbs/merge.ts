import { mergeRevisions } from '../../api/new-revision.ts';
import type { Config } from '../../config/config.ts';
import type { Output } from '../print.ts';
import { writtenOutput } from './revision.ts';

export interface MergeFlags {
  readonly message?: string;
  readonly revId?: string;
  readonly branchLabel?: readonly string[];
}

/** `revision`: the new merge, as in `show`. */
export async function merge(config: Config, addresses: readonly string[], flags: MergeFlags): Promise<Output> {
  const { message, revId: id, branchLabel: branchLabels } = flags;
  return writtenOutput(await mergeRevisions(config, addresses, { message, id, branchLabels }));
}
