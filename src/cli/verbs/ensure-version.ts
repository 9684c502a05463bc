import type { Config } from '../../config/config.ts';
import { visible } from '../../visible.ts';
import type { Output } from '../print.ts';
import { runMigration } from './run.ts';

/** As `stamp`; `outcome` is `nothing-pending` where `alembic_version` is there already. */
export async function ensureVersion(config: Config): Promise<Output> {
  const output = await runMigration(config, { verb: 'ensure-version' });
  if (output.data['outcome'] !== 'nothing-pending') return output;
  return { ...output, text: visible(`Nothing to do: ${config.database} has the table alembic_version.`) };
}
