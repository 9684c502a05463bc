import { unlock as removeDeadLock } from '../../api/unlock.ts';
import type { Config } from '../../config/config.ts';
import { layoutFor } from '../../files/layout.ts';
import { visible } from '../../visible.ts';
import { openRunLog } from '../log.ts';
import type { Output } from '../print.ts';

export async function unlock(config: Config): Promise<Output> {
  // It takes a while to see whether another tool's lock is alive: the log says what the command waits for.
  const log = await openRunLog('unlock');
  const result = await removeDeadLock(config, log.observe).finally(log.close);
  const layout = layoutFor(config);
  const text = {
    'was-free': `${layout.database} was not locked`,
    removed: `The lock directory ${layout.visibleLock} of a dead run was removed`,
  }[result.outcome];
  return { data: { database: layout.database, ...result }, text: visible(text) };
}
