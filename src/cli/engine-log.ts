import type { Observer } from '../events.ts';
import { openRunLog } from './log.ts';

/** For work that a signal may interrupt at any point: a replay in memory. Its engine ends with this process. */
export async function withLog<T>(command: string, work: (observer: Observer) => Promise<T>): Promise<T> {
  const log = await openRunLog(command);
  try {
    return await work(log.observe);
  } finally {
    log.close();
  }
}
