/** What surrounds a run: who hears of it, and what ends it early. */
import type { Config } from '../config/config.ts';
import { maxTimerMs } from '../config/quantities.ts';
import { DrydockError } from '../errors.ts';
import type { Observer } from '../events.ts';
import { Stop } from '../stop.ts';

/** Entered only where there is something to run. */
export type Session = <T>(work: (observer: Observer, stop: AbortSignal) => Promise<T>) => Promise<T>;

export interface SessionOptions {
  /** Is told of phases, waits, progress, checks and warnings as they come. */
  readonly observer?: Observer;
  /**
   * Aborting it stops the run and rolls it back, within about a second; a commit or a restore is finished first. The
   * run then fails with STOPPED.
   */
  readonly signal?: AbortSignal;
}

/**
 * A session that also ends at the deadline of the config.
 * @throws {DrydockError} USAGE where that is one that no timer has: a program may have written it.
 */
export function openSession({ deadlineMs }: Config, { observer = ignore, signal }: SessionOptions): Session {
  if (deadlineMs !== undefined && !(deadlineMs >= 1 && deadlineMs <= maxTimerMs)) {
    throw new DrydockError('USAGE', {
      what: `deadlineMs is ${deadlineMs}, which is not between 1 and ${maxTimerMs} (24 days)`,
      state: 'Nothing was changed',
      next: 'Give another one, or leave it out for none',
    });
  }
  return async (work) => {
    const controller = new AbortController();
    const stop = () => controller.abort(reasonOf(signal));
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    const deadline =
      deadlineMs === undefined
        ? undefined
        : setTimeout(() => controller.abort(new Stop(`its deadline of ${deadlineMs} ms`)), deadlineMs);
    try {
      return await work(observer, controller.signal);
    } finally {
      clearTimeout(deadline);
      signal?.removeEventListener('abort', stop);
    }
  };
}

function ignore(): void {
  // Whoever gave no observer wants to hear nothing.
}

function reasonOf(signal: AbortSignal | undefined): Stop {
  const reason: unknown = signal?.reason;
  return reason instanceof Stop ? reason : new Stop('the program that started it', { cause: reason });
}
