import { setTimeout } from 'node:timers/promises';

/** The daemon's source of time. Tests use one that they can set. */
export interface Clock {
  now(): Date;
  /** Resolves after that time, or as soon as the signal is aborted. */
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
