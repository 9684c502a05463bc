import { rehearse as rehearseRun } from '../../api/rehearse.ts';
import type { Config } from '../../config/config.ts';
import { describeRevisions } from '../../format.ts';
import { renderRehearsal } from '../../report/rehearsal-report.ts';
import { visible } from '../../visible.ts';
import type { Output } from '../print.ts';
import { terminal } from '../terminal.ts';
import { directed } from './directed.ts';
import { type RunFlags, readArguments } from './run.ts';

export interface RehearseFlags extends RunFlags {
  readonly down?: true;
}

/** What the upgrade, or with `--down` the downgrade, would do; if there is nothing to do, the same object as theirs. */
export async function rehearse(config: Config, target: string | undefined, flags: RehearseFlags = {}): Promise<Output> {
  const { verb, address } = directed('rehearse', target, flags.down);
  const host = terminal('rehearse', config);
  const report = await rehearseRun(config, address, { verb, arguments: readArguments(flags.x), host });
  const text =
    report.outcome === 'passed'
      ? renderRehearsal(report)
      : visible(
          `There is nothing to rehearse: ${verb} ${address} has nothing to do, and ${report.database} is at ${describeRevisions(report.to)}.`,
        );
  return { data: { ...report }, text };
}
