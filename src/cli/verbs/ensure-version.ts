import { ensureVersion as ensure } from '../../api/stamp.ts';
import type { Config } from '../../config/config.ts';
import { visible } from '../../visible.ts';
import type { Output } from '../print.ts';
import { terminal } from '../terminal.ts';
import { runOutput } from './run.ts';

/** As `stamp`; `outcome` is `nothing-pending` if `alembic_version` is there already. */
export async function ensureVersion(config: Config): Promise<Output> {
  const report = await ensure(config, { host: terminal('ensure-version', config) });
  const output = runOutput(report);
  if (report.outcome !== 'nothing-pending') return output;
  return { ...output, text: visible(`Nothing to do: ${config.database} has the table alembic_version.`) };
}
