/**
 * The copy that a rehearsal runs on, in its own folder beside the database's other sidecars, under its own lock: a
 * rehearsal may take long, and blocks other runs only while it copies.
 */
import { existsSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { messageOf } from '../errors.ts';
import type { Observer } from '../events.ts';
import type { Layout } from '../files/layout.ts';
import { ensureDirectory } from '../files/owned-folder.ts';
import { isBusy } from '../lock/busy-wait.ts';
import { describeSelf, writeOwner } from '../lock/owner.ts';
import { acquireRunnerLock, type RunnerLock, tryLock } from '../lock/runner-lock.ts';
import type { RunContext } from './context.ts';

/** The path of the copy. It has the database's file name, so that messages fit both. */
export function rehearsalCopy(layout: Layout): string {
  return join(layout.rehearsal, basename(layout.database));
}

/**
 * Makes an empty folder for the copy, and removes it with its content however the work ends. Leftovers of a killed
 * rehearsal are removed first.
 * @throws {DrydockError} LOCKED if another rehearsal of this database outlasts the lock timeout.
 */
export async function withRehearsalFolder<T>(context: RunContext, work: () => Promise<T>): Promise<T> {
  const { layout, ownership, observer } = context;
  ensureDirectory(layout.work, layout.directory, ownership);
  const lock = await acquireRehearsalLock(context);
  try {
    removeFolder(layout);
    ensureDirectory(layout.rehearsal, layout.work, ownership);
    return await work();
  } finally {
    removeOrSay(layout, observer);
    lock.release();
  }
}

async function acquireRehearsalLock(context: RunContext): Promise<RunnerLock> {
  const { layout, ownership, observer, stop, request, runId, startedAt } = context;
  const place = { ...layout, runnerLock: layout.rehearsalLock, owner: layout.rehearsalOwner };
  const wait = { timeoutMs: request.config.lockTimeoutMs, signal: stop, observer };
  const lock = await acquireRunnerLock(place, ownership, wait);
  const { toolVersion } = request;
  const self = { runId, command: 'rehearse', since: startedAt.toISOString(), toolVersion, visibleLock: '' };
  writeOwner(layout.rehearsalOwner, { ...self, ...describeSelf() }, ownership);
  return lock;
}

/** Removes the leftovers of a killed rehearsal. A live one holds its lock, and is left alone. */
export function removeDeadRehearsal({ layout, observer }: RunContext): void {
  if (!existsSync(layout.rehearsal) || !existsSync(layout.rehearsalLock)) return;
  try {
    const lock = tryLock(layout.rehearsalLock);
    removeOrSay(layout, observer);
    lock.release();
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
}

/** The outcome does not depend on it: the next run removes what is left. */
function removeOrSay(layout: Layout, observer: Observer): void {
  try {
    removeFolder(layout);
  } catch (error) {
    const message = `the copy of a rehearsal in ${layout.rehearsal} could not be removed: ${messageOf(error)}`;
    observer({ kind: 'warning', message });
  }
}

/** With retries: the engine of a rehearsal that was just killed may still create a file there. */
function removeFolder({ rehearsal }: Layout): void {
  rmSync(rehearsal, { recursive: true, force: true, maxRetries: 3 });
}
