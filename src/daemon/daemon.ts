/** `drydock daemon`: windows, and an answer to whoever asks how things stand. */
import { type Address, addressText } from '../config/address.ts';
import type { Config } from '../config/config.ts';
import { DrydockError, messageOf } from '../errors.ts';
import type { Observer } from '../events.ts';
import { layoutFor } from '../files/layout.ts';
import { watchActivity } from './activity.ts';
import type { Clock } from './clock.ts';
import { openMemory } from './daemon-state.ts';
import type { DaemonEvent, Tell } from './events.ts';
import { createMetrics } from './metrics.ts';
import { routesOf } from './routes.ts';
import { runSchedule, type Schedule } from './scheduler.ts';
import { type Listening, listen } from './server.ts';
import { readStatus, type Status } from './status.ts';

export interface DaemonHost {
  readonly config: Config;
  /** Reads the config anew. */
  readonly reload: () => Promise<Config>;
  /** Calls back whenever a reload is wanted. */
  readonly onReload: (reload: () => void) => void;
  /** Aborted with a {@link Stop}. */
  readonly stop: AbortSignal;
  readonly clock: Clock;
  readonly random: () => number;
  readonly runTask: Schedule['runTask'];
  /** Is told of the runs. */
  readonly observer: Observer;
  /** Is told of everything else. */
  readonly tell: Tell;
}

/**
 * Serves until it is told to stop; a task that runs then is stopped first, a commit or a restore finished.
 * @throws {DrydockError} USAGE where the address cannot be had; PREFLIGHT where what it wrote down cannot be understood.
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

  const moveTo = async (address: Address) => {
    const before = listening;
    const { daemonAddress } = config;
    // One port of two hosts may be the same one: 0.0.0.0 has that of 127.0.0.1 too, and the daemon would be in its own way.
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
        next: 'Start the daemon anew for it',
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
    // One after the other: two that overlap would leave an address open.
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
