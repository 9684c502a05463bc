/**
 * The lock that people and other tools see: proper-lockfile's directory `<database>.lock`, its mtime moving while the
 * holder lives. It is taken under the lock between runners and decides nothing between them.
 */
import { lstat, lstatSync, lutimes, mkdir, readdirSync, rmdir, rmdirSync } from 'node:fs';
import lockfile from 'proper-lockfile';
import { codeOf, DrydockError, messageOf } from '../errors.ts';
import type { Layout } from '../files/layout.ts';
import type { Ownership } from '../files/ownership.ts';
import { pause } from '../stop.ts';
import { describeOwner, describeSelf, type Owner, readOwner, writeOwner } from './owner.ts';
import type { LockWait } from './runner-lock.ts';

export interface VisibleLock {
  release(): Promise<void>;
}

/** A holder that has not moved the directory's mtime for this long is dead. */
const staleMs = 10_000;
const heartbeatMs = 2_000;
const pollMs = 250;

/**
 * @throws {DrydockError} PREFLIGHT where something other than a lock directory stands in its place; LOCKED where
 *   another tool's lock is alive past the timeout.
 */
export async function acquireVisibleLock(
  layout: Layout,
  self: Pick<Owner, 'runId' | 'command' | 'since' | 'toolVersion'>,
  ownership: Ownership,
  wait: LockWait,
): Promise<VisibleLock> {
  let compromised = false;
  const release = await lockWhenClear(layout, wait, (error) => {
    // Only a person or another tool can do this while we hold the lock between runners, and that one is the truth.
    compromised = true;
    wait.observer({
      kind: 'warning',
      message: `the lock directory ${layout.visibleLock} was removed or taken over (${messageOf(error)}); the run goes on under the lock between runners`,
    });
  });
  const lock: VisibleLock = {
    async release() {
      if (compromised) return;
      await release().catch((error: unknown) => {
        // The run is over, and its outcome does not depend on a directory that decides nothing.
        wait.observer({
          kind: 'warning',
          message: `the lock directory ${layout.visibleLock} could not be removed (${messageOf(error)}); remove it by hand`,
        });
      });
    },
  };
  try {
    writeOwner(layout.owner, { ...self, ...describeSelf(), visibleLock: identityOf(layout) }, ownership);
  } catch (error) {
    // Nobody would know it for ours, and the next run would wait until it is stale.
    await lock.release();
    throw error;
  }
  return lock;
}

async function lockWhenClear(
  layout: Layout,
  wait: LockWait,
  onCompromised: (error: Error) => void,
): Promise<() => Promise<void>> {
  let made: string | undefined;
  const remove = (path: string, done: (error: Error | null) => void) => {
    if (made === undefined || made === identityOf(layout)) rmdir(path, done);
    // Somebody else's by now: proper-lockfile would remove their lock without an error.
    else done(null);
  };
  for (;;) {
    await clearTheWay(layout, wait);
    try {
      const release = await lockfile.lock(layout.database, {
        lockfilePath: layout.visibleLock,
        realpath: false,
        stale: staleMs,
        update: heartbeatMs,
        retries: 0,
        // At the end of the process it removes the directory without asking whose it is; `release` has done it by then.
        // A link that somebody puts in its place is not followed.
        fs: { mkdir, stat: lstat, utimes: lutimes, rmdir: remove, rmdirSync: () => undefined },
        onCompromised,
      });
      made = identityOf(layout);
      return release;
    } catch (error) {
      // Another tool was quicker, between the look and the taking.
      if (codeOf(error) !== 'ELOCKED') throw error;
    }
  }
}

/** Tells one directory of that name from another; '' where there is none. */
function identityOf(layout: Layout): string {
  const stats = lstatSync(layout.visibleLock, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.ino} born ${stats.birthtimeNs}`;
}

/**
 * Removes the lock directory of a dead holder. It is ours, and dead since we hold the lock between runners, where the
 * owner on record made this very directory; another tool's is dead when its mtime stands still on *our* clock, so that
 * a clock that is wrong, or an mtime in the future, neither steals a living lock nor blocks for ever.
 *
 * @throws {DrydockError} PREFLIGHT or LOCKED, as {@link acquireVisibleLock} does.
 */
export async function clearTheWay(layout: Layout, wait: LockWait): Promise<void> {
  const started = performance.now();
  let seenMtime: number | undefined;
  let unchangedSince = started;
  for (let attempt = 1; ; attempt++) {
    wait.signal.throwIfAborted();
    const stats = lstatSync(layout.visibleLock, { throwIfNoEntry: false });
    if (stats === undefined) return;
    if (!stats.isDirectory()) throw notALockDirectory(layout);
    const now = performance.now();
    if (stats.mtimeMs !== seenMtime) {
      seenMtime = stats.mtimeMs;
      unchangedSince = now;
    }
    const ours = readOwner(layout.owner)?.visibleLock === identityOf(layout);
    if (ours || now - unchangedSince >= staleMs) {
      removeLockDirectory(layout);
      continue;
    }
    // A dead holder shows only after `staleMs`: a shorter timeout would blame the living for the dead.
    if (now - started > Math.max(wait.timeoutMs, staleMs + pollMs)) throw heldByAnotherTool(layout, now - started);
    if (attempt % 4 === 1) {
      wait.observer({
        kind: 'waiting',
        waitingFor: `the lock directory ${layout.visibleLock}`,
        holder: `another tool, or a run that died before it said who it was (${describeOwner(readOwner(layout.owner))})`,
        attempt,
        waitedMs: now - started,
        timeoutMs: wait.timeoutMs,
      });
    }
    await pause(pollMs, wait.signal);
  }
}

export type SeenLock =
  | { readonly kind: 'none' }
  | { readonly kind: 'alive' }
  /** Whoever made it has not moved its mtime for so long. */
  | { readonly kind: 'stale'; readonly ageMs: number }
  /** A run could neither wait for it nor remove it. */
  | { readonly kind: 'in the way'; readonly error: DrydockError };

/** What a look at the lock directory tells, on the clock of its file system: no more than a hint. */
export function lookAtVisibleLock(layout: Layout): SeenLock {
  const stats = lstatSync(layout.visibleLock, { throwIfNoEntry: false });
  if (stats === undefined) return { kind: 'none' };
  if (!stats.isDirectory()) return { kind: 'in the way', error: notALockDirectory(layout) };
  const ageMs = Date.now() - stats.mtimeMs;
  if (ageMs < staleMs) return { kind: 'alive' };
  if (readdirSync(layout.visibleLock).length > 0) return { kind: 'in the way', error: notALockDirectory(layout) };
  return { kind: 'stale', ageMs };
}

/** @throws {DrydockError} PREFLIGHT where it is not an empty directory. */
function removeLockDirectory(layout: Layout): void {
  try {
    rmdirSync(layout.visibleLock);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw codeOf(error) === 'ENOTEMPTY' ? notALockDirectory(layout) : error;
  }
}

function notALockDirectory(layout: Layout): DrydockError {
  return new DrydockError('PREFLIGHT', {
    what: `${layout.visibleLock} is not an empty lock directory: it belongs to something other than Drydock`,
    state: 'Nothing was changed',
    next: 'Find out which tool made it; if none uses it any more, remove it and run again',
  });
}

function heldByAnotherTool(layout: Layout, waitedMs: number): DrydockError {
  return new DrydockError('LOCKED', {
    what: `Another tool holds the lock directory ${layout.visibleLock}, and kept it alive for ${Math.round(waitedMs)} ms`,
    state: 'Nothing was changed',
    next: 'Wait for that tool, or give this run a longer --lock-timeout',
  });
}
