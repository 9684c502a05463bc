import { rehearse as rehearseUpgrade } from '../../api/migrate.ts';
import type { Config } from '../../config/config.ts';
import { renderRehearsal } from '../../report/rehearsal-report.ts';
import { describeRevisions } from '../../run/words.ts';
import type { Output } from '../print.ts';
import { terminalSession } from '../run-session.ts';
import { type RunFlags, readArguments } from './run.ts';

/** What the upgrade would do; where nothing is pending, the same object as `upgrade` has then. */
export async function rehearse(config: Config, target = 'head', { x }: RunFlags = {}): Promise<Output> {
  const command = { verb: 'rehearse', target, arguments: readArguments(x) } as const;
  const report = await rehearseUpgrade(config, command, terminalSession('rehearse', config));
  const text =
    report.outcome === 'passed'
      ? renderRehearsal(report)
      : `There is nothing to rehearse: no revision is pending up to ${target}, and ${report.database} is at ${describeRevisions(report.to)}.`;
  return { data: { ...report }, text };
}
