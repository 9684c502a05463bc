import { setTimeout } from 'node:timers/promises';

/** Where the daemon has the time from. Tests have one that they can turn. */
export interface Clock {
  now(): Date;
  /** Resolves after so long, or as soon as the signal is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  async wait(milliseconds, signal) {
    await setTimeout(milliseconds, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  },
};
