/** `drydock daemon`: runs the maintenance windows, and serves status over HTTP. */

import type { Config } from '../config/config.ts';
import { addressText, type ListenAddress } from '../config/listen-address.ts';
import { DrydockError, messageOf } from '../errors.ts';
import type { Observer } from '../events.ts';
import { layoutFor } from '../files/layout.ts';
import { watchActivity } from './activity.ts';
import type { Clock } from './clock.ts';
import type { DaemonEvent, Tell } from './daemon-events.ts';
import { openMemory } from './daemon-state.ts';
import { createMetrics } from './metrics.ts';
import { routesOf } from './routes.ts';
import { runSchedule, type Schedule } from './scheduler.ts';
import { type Listening, listen } from './server.ts';
import { readStatus, type Status } from './status.ts';

export interface DaemonHost {
  readonly config: Config;
  /** Reads the config again. */
  readonly reload: () => Promise<Config>;
  /** Calls back whenever a reload is requested. */
  readonly onReload: (reload: () => void) => void;
  /** Aborted with a {@link Stop}. */
  readonly stop: AbortSignal;
  readonly clock: Clock;
  readonly random: () => number;
  readonly runTask: Schedule['runTask'];
  /** Receives the events of runs. */
  readonly observer: Observer;
  /** Receives all other events. */
  readonly tell: Tell;
}

/**
 * Serves until it is stopped. A running task is stopped first; a commit or a restore is finished.
 * @throws {DrydockError} USAGE if it cannot listen on the address; PREFLIGHT if its state file cannot be parsed.
 */
export async function runDaemon(host: DaemonHost): Promise<void> {
  const { clock, stop } = host;
  let config = host.config;
  const metrics = await createMetrics();
  const activity = watchActivity(clock.now);
  const tell = (event: DaemonEvent) => {
    metrics.hear(event);
    activity.hear(event);
    host.tell(event);
  };
  const observer: Observer = (event) => {
    metrics.observe(event);
    host.observer(event);
  };
  const warn = (message: string) => tell({ kind: 'warning', message });
  const layout = layoutFor(config);
  const memory = openMemory(layout, warn);
  const read = (before: Status | undefined) =>
    readStatus({ config, layout, memory: memory.recall(), activity: activity.now(), now: clock.now() }, before);
  const routes = routesOf(read, metrics);

  let listening: Listening = await listen(config.daemonAddress, routes, warn);
  tell({ kind: 'listening', url: listening.url });
  if (config.windows.length === 0) tell({ kind: 'idle' });

  const moveTo = async (address: ListenAddress) => {
    const before = listening;
    const { daemonAddress } = config;
    // The same port on another host may be in use by ourselves: 0.0.0.0 includes 127.0.0.1.
    const shared = address.port !== 0 && address.port === daemonAddress.port;
    if (shared) await before.close();
    try {
      listening = await listen(address, routes, warn);
    } catch (error) {
      if (shared) listening = await listen(daemonAddress, routes, warn);
      throw error;
    }
    if (!shared) await before.close();
  };
  const reload = async () => {
    const fresh = await host.reload();
    if (layoutFor(fresh).database !== layout.database) {
      throw new DrydockError('USAGE', {
        what: `The config now names another database, ${fresh.database}`,
        next: 'Restart the daemon for it',
      });
    }
    if (addressText(fresh.daemonAddress) !== addressText(config.daemonAddress)) {
      await moveTo(fresh.daemonAddress);
      tell({ kind: 'listening', url: listening.url });
    }
    config = fresh;
    tell({ kind: 'reloaded' });
  };
  let reloading: Promise<void> = Promise.resolve();
  host.onReload(() => {
    // One after the other: overlapping reloads would leave an address open.
    reloading = reloading.then(reload).catch((error: unknown) => {
      tell({ kind: 'reload-failed', message: messageOf(error) });
    });
  });

  try {
    const { random, runTask } = host;
    await runSchedule({ config: () => config, memory, clock, random, runTask, observer, tell, stop });
  } finally {
    await reloading;
    await listening.close();
  }
}
