import type { Config } from '../../config/config.ts';
import { DrydockError } from '../../errors.ts';
import { previewRun } from '../../preview/preview.ts';
import { renderPreview } from '../../report/preview-report.ts';
import { withLog } from '../engine-log.ts';
import type { Output } from '../print.ts';
import { type RunFlags, readArguments } from './run.ts';

export interface PlanFlags extends RunFlags {
  readonly down?: true;
}

/** What `upgrade`, or with `--down` what `downgrade`, would do. */
export async function plan(config: Config, target: string | undefined, { down, x }: PlanFlags): Promise<Output> {
  if (down && target === undefined) {
    throw new DrydockError('USAGE', {
      what: 'A downgrade needs a target',
      next: 'Name a revision, -1 or base: drydock plan --down -1',
    });
  }
  const verb = down ? 'downgrade' : 'upgrade';
  const command = { verb, target: target ?? 'head', arguments: readArguments(x) } as const;
  const preview = await withLog('plan', (observer) => previewRun(config, command, observer));
  return { data: { ...preview }, text: renderPreview(preview, process.cwd()) };
}
