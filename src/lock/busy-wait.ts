/** Waiting for a SQLite lock. The driver's own timeout is 0 everywhere: it would block the event loop silently. */
import pRetry from 'p-retry';
import { codeOf } from '../errors.ts';

export interface BusyWait {
  /** How long to keep trying, in milliseconds; 0 tries once. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Called after each attempt that met a lock. */
  onWait(attempt: number, waitedMs: number): void;
}

/**
 * Calls `attempt` until it does not meet a lock, with backoff and jitter.
 * @throws whatever `attempt` threw last: at the timeout the busy error itself (see {@link isBusy}).
 */
export function waitOutBusy<T>(attempt: () => T | Promise<T>, wait: BusyWait): Promise<T> {
  const started = performance.now();
  return pRetry(attempt, {
    retries: Number.POSITIVE_INFINITY,
    maxRetryTime: wait.timeoutMs,
    minTimeout: 25,
    // A writer that commits without a pause leaves gaps of milliseconds: polling once a second would wait for minutes.
    maxTimeout: 200,
    factor: 1.5,
    randomize: true,
    ...(wait.signal && { signal: wait.signal }),
    shouldRetry: ({ error }) => metLock(error),
    onFailedAttempt: ({ error, attemptNumber }) => {
      if (metLock(error)) wait.onWait(attemptNumber, Math.round(performance.now() - started));
    },
  });
}

/** SQLite's error may be the cause of one that names the revision. */
function metLock(error: Error): boolean {
  return isBusy(error) || isBusy(error.cause);
}

/** SQLITE_BUSY and SQLITE_LOCKED with their extended codes (https://sqlite.org/rescode.html). */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error));
}
