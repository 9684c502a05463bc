import { type Config, loadConfig } from '../../config/config.ts';
import { systemClock } from '../../daemon/clock.ts';
import { runDaemon } from '../../daemon/daemon.ts';
import { runTask } from '../../daemon/tasks.ts';
import { Stop } from '../../stop.ts';
import { tellOfDaemon } from '../daemon-log.ts';
import { openRunLog } from '../log.ts';
import type { Output } from '../print.ts';
import { type GlobalFlags, saidWith } from '../verb.ts';

const ends = ['SIGTERM', 'SIGINT'] as const;

export async function daemon(config: Config, flags: GlobalFlags): Promise<Output> {
  const log = await openRunLog('daemon');
  const { ownProcess } = config;
  if (ownProcess?.gaveUpRoot !== undefined) log.say('info', ownProcess.gaveUpRoot, {});
  const controller = new AbortController();
  const { promise: stopped, resolve } = Promise.withResolvers<NodeJS.Signals>();
  const onEnd = (signal: NodeJS.Signals) => {
    log.say('warn', `${signal} received: stopping; a commit or a restore is finished first`, {});
    controller.abort(new Stop(signal));
    resolve(signal);
  };
  // Handlers stay from beginning to end: an unhandled signal kills the process, even a second one.
  for (const signal of ends) process.on(signal, onEnd);
  let reload: () => void = () => undefined;
  process.on('SIGHUP', () => reload());
  try {
    await runDaemon({
      config,
      reload: async () => ({ ...(await loadConfig(saidWith(flags))), ...(ownProcess && { ownProcess }) }),
      onReload: (wanted) => {
        reload = wanted;
      },
      stop: controller.signal,
      clock: systemClock,
      random: Math.random,
      runTask,
      observer: log.observe,
      tell: tellOfDaemon(log),
    });
    const signal = await stopped;
    return { data: { stoppedBy: signal }, text: `The daemon was stopped by ${signal}` };
  } finally {
    log.close();
  }
}
