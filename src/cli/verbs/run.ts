import type { Config } from '../../config/config.ts';
import { renderRunReport } from '../../report/run-report.ts';
import { atTarget } from '../../run/fast-path.ts';
import type { MigrationCommand } from '../../run/outcome.ts';
import { loadGraph } from '../../run/preflight.ts';
import { describeRevisions } from '../../run/words.ts';
import { toolVersion } from '../../version.ts';
import type { Output } from '../print.ts';

export function upgrade(config: Config, target = 'head'): Promise<Output> {
  return run(config, { verb: 'upgrade', target });
}

export function downgrade(config: Config, target: string): Promise<Output> {
  return run(config, { verb: 'downgrade', target });
}

export function stamp(config: Config, target: string): Promise<Output> {
  return run(config, { verb: 'stamp', target });
}

async function run(config: Config, command: MigrationCommand): Promise<Output> {
  const current = atTarget(config.database, loadGraph(config.migrations), command);
  if (current !== undefined) {
    return {
      data: { outcome: 'nothing-pending', database: config.database, from: current, to: current },
      text: `Nothing is pending: ${config.database} is at ${describeRevisions(current)}.`,
    };
  }
  const { withRunLog } = await import('../run-session.ts');
  const report = await withRunLog(command.verb, config, async (observer, stop) => {
    const safeRun = await import('../../run/run.ts');
    return safeRun.run({ command, config, toolVersion: toolVersion() }, observer, stop);
  });
  return { data: { ...report }, text: renderRunReport(report) };
}
