import type { Observer } from '../run-events.ts';
import { openRunLog } from './log.ts';

/** For work that no signal has to wait for: a replay in memory. Its engine ends with this process. */
export async function withLog<T>(command: string, work: (observer: Observer) => Promise<T>): Promise<T> {
  const log = await openRunLog(command);
  try {
    return await work((event) => {
      // Who asks a question has no use for the process that finds the answer.
      if (event.kind !== 'engine-started') log.observe(event);
    });
  } finally {
    log.close();
  }
}
