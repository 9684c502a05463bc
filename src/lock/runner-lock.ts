/**
 * The lock between runners: `BEGIN EXCLUSIVE` on an empty SQLite file beside the database. It is a lock of the
 * operating system, so it is free the moment its holder dies, holds across containers that share the directory, needs
 * no clock and no heartbeat. proper-lockfile is not enough: reclaiming a stale lock let two holders in (its issue 121).
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
  /** @throws {Error} where the lock was lost: its file was removed or replaced under us. */
  assertHeld(): void;
  release(): void;
}

export interface LockWait {
  /** How long to wait for another runner, in milliseconds; 0 asks once. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly observer: Observer;
}

/**
 * @param ownership Of the database: the lock file gets the same, so that whoever may use the one may lock the other.
 * @throws {DrydockError} LOCKED where another runner still holds the lock at the timeout.
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

/** One try. @throws SQLITE_BUSY where another runner has it. */
export function tryLock(path: string): RunnerLock {
  // SQLite would follow a link.
  requireFileOrNothing(path);
  const inode = inodeOf(path);
  const db = new Database(path, { timeout: 0, fileMustExist: true });
  try {
    // Of an empty file the lock alone would begin a rollback journal, for which a full disk has no room.
    db.pragma('journal_mode = memory');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw error;
  }
  const lock: RunnerLock = {
    assertHeld() {
      // The connection is held in this closure: one that is garbage-collected would give the lock up without a word.
      invariant(db.open && db.inTransaction, `the lock between runners (${path}) is no longer held`);
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
