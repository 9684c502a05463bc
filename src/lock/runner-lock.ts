/**
 * The lock between runs: `BEGIN EXCLUSIVE` on an empty SQLite file beside the database. As a lock of the operating
 * system it is free the moment its holder dies, holds across containers that share the directory, and needs no clock and
 * no heartbeat. proper-lockfile is not enough: reclaiming a stale lock let two holders in (its issue 121).
 */
import { lstatSync } from 'node:fs';
import Database from 'better-sqlite3';
import { DrydockError, invariant } from '../errors.ts';
import type { Observer } from '../events.ts';
import type { Layout } from '../files/layout.ts';
import { ensureFile } from '../files/owned-file.ts';
import type { Ownership } from '../files/ownership.ts';
import { requireFileOrNothing } from '../files/place.ts';
import { isBusy, waitOutBusy } from './busy-wait.ts';
import { describeOwner, readOwner } from './owner.ts';

export interface RunnerLock {
  /** @throws {Error} if the lock was lost: its file was removed or replaced. */
  assertHeld(): void;
  release(): void;
}

export interface LockWait {
  /** How long to wait for another run, in milliseconds; 0 tries once. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly observer: Observer;
}

/**
 * @param ownership The database's, for the lock file: every user of the database must be able to lock it.
 * @throws {DrydockError} LOCKED if another run still holds the lock at the timeout.
 */
export async function acquireRunnerLock(layout: Layout, ownership: Ownership, wait: LockWait): Promise<RunnerLock> {
  ensureFile(layout.runnerLock, ownership);
  const started = performance.now();
  try {
    return await waitOutBusy(() => tryLock(layout.runnerLock), {
      timeoutMs: wait.timeoutMs,
      signal: wait.signal,
      onWait: (attempt, waitedMs) => {
        wait.observer({
          kind: 'waiting',
          waitingFor: 'the lock of another Drydock run',
          holder: describeOwner(readOwner(layout.owner)),
          attempt,
          waitedMs,
          timeoutMs: wait.timeoutMs,
        });
      },
    });
  } catch (error) {
    if (!isBusy(error)) throw error;
    const owner = describeOwner(readOwner(layout.owner));
    throw new DrydockError('LOCKED', {
      what: `Another run still holds the lock of ${layout.database} after ${Math.round(performance.now() - started)} ms (${owner})`,
      state: 'Nothing was changed by this run',
      next: 'Wait for that run, or give this one a longer --lock-timeout; the lock frees itself when its holder ends or dies',
      cause: error,
    });
  }
}

/** Tries once. @throws SQLITE_BUSY if another run holds the lock. */
export function tryLock(path: string): RunnerLock {
  // SQLite would follow a link.
  requireFileOrNothing(path);
  const inode = inodeOf(path);
  const db = new Database(path, { timeout: 0, fileMustExist: true });
  try {
    // Locking an empty file would create a rollback journal, which fails on a full disk.
    db.pragma('journal_mode = memory');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw error;
  }
  const lock: RunnerLock = {
    assertHeld() {
      // This closure keeps the connection alive: garbage collection would silently release the lock.
      invariant(db.open && db.inTransaction, `the lock between runs (${path}) is no longer held`);
      invariant(inodeOf(path) === inode, `the lock file ${path} was replaced while it was held`);
    },
    release() {
      db.close();
    },
  };
  lock.assertHeld();
  return lock;
}

function inodeOf(path: string): bigint | undefined {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}
