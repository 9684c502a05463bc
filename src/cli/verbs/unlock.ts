import { unlock as removeDeadLock } from '../../api/unlock.ts';
import type { Config } from '../../config/config.ts';
import { layoutFor } from '../../files/layout.ts';
import { visible } from '../../visible.ts';
import { openRunLog } from '../log.ts';
import type { Output } from '../print.ts';

export async function unlock(config: Config): Promise<Output> {
  // Whether a lock that is not a run's own is alive shows only after a while: the log says what is waited for.
  const log = await openRunLog('unlock');
  const result = await removeDeadLock(config, log.observe).finally(log.close);
  const layout = layoutFor(config);
  const text = {
    'was-free': `${layout.database} was not locked`,
    removed: `The lock directory ${layout.visibleLock} of a dead run was removed`,
  }[result.outcome];
  return { data: { database: layout.database, ...result }, text: visible(text) };
}
