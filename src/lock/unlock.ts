/** Removes the lock that a dead run left. Rarely needed: the next run does the same by itself. */
import { accessSync, constants, lstatSync } from 'node:fs';
import { DrydockError } from '../errors.ts';
import type { Observer } from '../events.ts';
import { asRefusal, isThere, looking } from '../files/access.ts';
import type { Layout } from '../files/layout.ts';
import { isBusy } from './busy-wait.ts';
import { describeOwner, type Owner, readOwner } from './owner.ts';
import { type RunnerLock, tryLock } from './runner-lock.ts';
import { clearTheWay } from './visible-lock.ts';

export interface UnlockResult {
  readonly outcome: 'was-free' | 'removed';
  /** The last recorded owner, if known. */
  readonly owner: Owner | null;
}

/**
 * @throws {DrydockError} LOCKED if a live run or another live tool holds the lock, which is never taken from it;
 *   PREFLIGHT if something other than a lock directory is in its place, or permission is denied.
 */
export async function removeDeadLock(layout: Layout, observer: Observer): Promise<UnlockResult> {
  const owner = readOwner(layout.owner) ?? null;
  const lock = isThere(layout.runnerLock) ? tryLockOrExplain(layout) : undefined;
  try {
    if (lstatSync(layout.visibleLock, { throwIfNoEntry: false }) === undefined) return { outcome: 'was-free', owner };
    const wait = { timeoutMs: 0, signal: new AbortController().signal, observer };
    await clearTheWay(layout, wait).catch((error: unknown) => {
      throw asRefusal(error);
    });
    return { outcome: 'removed', owner };
  } finally {
    lock?.release();
  }
}

function tryLockOrExplain(layout: Layout): RunnerLock {
  looking(() => accessSync(layout.runnerLock, constants.R_OK | constants.W_OK));
  try {
    return tryLock(layout.runnerLock);
  } catch (error) {
    if (!isBusy(error)) throw error;
    throw new DrydockError('LOCKED', {
      what: `The lock of ${layout.database} is held by a run that is alive (${describeOwner(readOwner(layout.owner))})`,
      state: 'Nothing was changed',
      next: 'Wait for it, or end that process: the lock is released as soon as the process ends',
      cause: error,
    });
  }
}
