/**
 * The lock that people and other tools see: proper-lockfile's directory `<database>.lock`, whose mtime is updated while
 * the holder is alive. It is taken under the lock between runs, and decides nothing between them.
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

/** A holder that has not updated the directory's mtime for this long is dead. */
const staleMs = 10_000;
const heartbeatMs = 2_000;
const pollMs = 250;

/**
 * @throws {DrydockError} PREFLIGHT if something other than a lock directory is in its place; LOCKED if another tool's
 *   lock is still alive at the timeout.
 */
export async function acquireVisibleLock(
  layout: Layout,
  self: Pick<Owner, 'runId' | 'command' | 'since' | 'toolVersion'>,
  ownership: Ownership,
  wait: LockWait,
): Promise<VisibleLock> {
  let compromised = false;
  const release = await lockWhenClear(layout, wait, (error) => {
    // Only a person or another tool can do this while we hold the lock between runs, and that lock decides.
    compromised = true;
    wait.observer({
      kind: 'warning',
      message: `the lock directory ${layout.visibleLock} was removed or taken over (${messageOf(error)}); the run goes on under the lock between runs`,
    });
  });
  const lock: VisibleLock = {
    async release() {
      if (compromised) return;
      await release().catch((error: unknown) => {
        // The run is over, and its outcome does not depend on this directory.
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
    // Without a recorded owner the next run could not recognise it as ours, and would wait until it is stale.
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
    // Another tool's by now: proper-lockfile would remove that lock without an error.
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
        // On exit proper-lockfile removes the directory without checking whose it is, so rmdirSync does nothing:
        // `release` has done it by then. lstat and lutimes do not follow a link in its place.
        fs: { mkdir, stat: lstat, utimes: lutimes, rmdir: remove, rmdirSync: () => undefined },
        onCompromised,
      });
      made = identityOf(layout);
      return release;
    } catch (error) {
      // Another tool took it between the check and here.
      if (codeOf(error) !== 'ELOCKED') throw error;
    }
  }
}

/** Tells one directory of that name from another; '' if there is none. */
function identityOf(layout: Layout): string {
  const stats = lstatSync(layout.visibleLock, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.ino} born ${stats.birthtimeNs}`;
}

/**
 * Removes the lock directory of a dead holder. If the recorded owner created this very directory, it is ours, and dead,
 * since we hold the lock between runs. Another tool's is dead if its mtime does not change for long enough on *our*
 * clock: so a wrong clock, or an mtime in the future, neither steals a live lock nor blocks for ever.
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
    // Only after `staleMs` is a dead holder known to be dead: a shorter timeout would report it as alive.
    if (now - started > Math.max(wait.timeoutMs, staleMs + pollMs)) throw heldByAnotherTool(layout, now - started);
    if (attempt % 4 === 1) {
      wait.observer({
        kind: 'waiting',
        waitingFor: `the lock directory ${layout.visibleLock}`,
        holder: `another tool, or a run that died before it recorded who it was (${describeOwner(readOwner(layout.owner))})`,
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
  /** Its mtime was last updated `ageMs` ago. */
  | { readonly kind: 'stale'; readonly ageMs: number }
  /** A run could neither wait for it nor remove it. */
  | { readonly kind: 'in the way'; readonly error: DrydockError };

/** The apparent state of the lock directory, judged by the clock of its file system: only a hint. */
export function lookAtVisibleLock(layout: Layout): SeenLock {
  const stats = lstatSync(layout.visibleLock, { throwIfNoEntry: false });
  if (stats === undefined) return { kind: 'none' };
  if (!stats.isDirectory()) return { kind: 'in the way', error: notALockDirectory(layout) };
  const ageMs = Date.now() - stats.mtimeMs;
  if (ageMs < staleMs) return { kind: 'alive' };
  if (readdirSync(layout.visibleLock).length > 0) return { kind: 'in the way', error: notALockDirectory(layout) };
  return { kind: 'stale', ageMs };
}

/** @throws {DrydockError} PREFLIGHT if it is not an empty directory. */
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
