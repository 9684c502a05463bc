import type { Config } from '../../config/config.ts';
import { layoutFor } from '../../files/layout.ts';
import { removeDeadLock } from '../../lock/unlock.ts';
import { statDatabase } from '../../sqlite/reader.ts';
import type { Output } from '../print.ts';

export async function unlock(config: Config): Promise<Output> {
  statDatabase(config.database);
  const layout = layoutFor(config.database);
  const result = removeDeadLock(layout);
  const text = {
    'was-free': `${layout.database} was not locked`,
    removed: `The lock directory ${layout.visibleLock} of a dead run was removed`,
  }[result.outcome];
  return { data: { database: layout.database, ...result }, text };
}
