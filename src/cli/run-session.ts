/** What surrounds a run on the command line: its log, the signals and the deadline that end it early. */
import type { Config } from '../config/config.ts';
import { Stop } from '../run/context.ts';
import type { Observer } from '../run-events.ts';
import { openRunLog } from './log.ts';

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

export async function withRunLog<T>(
  command: string,
  config: Config,
  work: (observer: Observer, stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const log = await openRunLog(command);
  const controller = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    log.observe({ kind: 'warning', message: `${signal} received: stopping; a commit or a restore is finished first` });
    controller.abort(new Stop(signal));
  };
  for (const signal of signals) process.on(signal, onSignal);
  const { deadlineMs } = config;
  const deadline =
    deadlineMs === undefined
      ? undefined
      : setTimeout(() => controller.abort(new Stop(`its deadline of ${deadlineMs} ms`)), deadlineMs);
  try {
    return await work(log.observe, controller.signal);
  } finally {
    clearTimeout(deadline);
    for (const signal of signals) process.off(signal, onSignal);
    log.close();
  }
}
