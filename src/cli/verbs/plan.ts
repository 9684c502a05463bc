import { plan as previewRun } from '../../api/plan.ts';
import type { Config } from '../../config/config.ts';
import { exitCodes } from '../../errors.ts';
import { renderPreview } from '../../report/preview-report.ts';
import { withLog } from '../engine-log.ts';
import type { Output } from '../print.ts';
import { directed } from './directed.ts';
import { type RunFlags, readArguments } from './run.ts';

export interface PlanFlags extends RunFlags {
  readonly down?: true;
}

/** What `upgrade`, or with `--down` what `downgrade`, would do. */
export async function plan(config: Config, target: string | undefined, { down, x }: PlanFlags): Promise<Output> {
  const { verb, address } = directed('plan', target, down);
  const preview = await withLog('plan', (observer) =>
    previewRun(config, address, { verb, arguments: readArguments(x), observer }),
  );
  return {
    data: { ...preview },
    text: renderPreview(preview, process.cwd()),
    exitCode: preview.stopped?.certain ? exitCodes.REVISION_FAILED : 0,
  };
}
