/** What surrounds a run on the command line: its log, and the signals that end it early. */
import { type Host, openSession, type Session } from '../api/session.ts';
import type { Config } from '../config/config.ts';
import { Stop, stopSignals } from '../stop.ts';
import { terminalConsent } from './terminal-consent.ts';

/** What the command line supplies to a run. */
export function terminal(command: string, config: Config): Host {
  return { session: terminalSession(command, config), consent: terminalConsent };
}

/** Opens the log and loads its libraries only if there is something to run. */
function terminalSession(command: string, config: Config): Session {
  return async (work) => {
    const { openRunLog } = await import('./log.ts');
    const log = await openRunLog(command);
    const gaveUpRoot = config.ownProcess?.gaveUpRoot;
    if (gaveUpRoot !== undefined) log.say('info', gaveUpRoot, {});
    const controller = new AbortController();
    const onSignal = (signal: NodeJS.Signals) => {
      const message = `${signal} received: stopping; a commit or a restore is finished first`;
      log.observe({ kind: 'warning', message });
      controller.abort(new Stop(signal));
    };
    for (const signal of stopSignals) process.on(signal, onSignal);
    try {
      return await openSession(config, { observer: log.observe, signal: controller.signal })(work);
    } finally {
      for (const signal of stopSignals) process.off(signal, onSignal);
      log.close();
    }
  };
}
