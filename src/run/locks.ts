/** Takes both locks of a run, the decisive one first, and releases them in reverse order. */
import { codeOf, messageOf } from '../errors.ts';
import { ensureDirectory } from '../files/owned-folder.ts';
import { acquireRunnerLock } from '../lock/runner-lock.ts';
import { acquireVisibleLock, type VisibleLock } from '../lock/visible-lock.ts';
import { troubleOf } from '../system-errors.ts';
import type { RunContext } from './context.ts';

export interface RunLocks {
  /** @throws {Error} if the lock between runs is no longer ours. */
  assertHeld(): void;
  release(): Promise<void>;
}

/**
 * @param command What the owner file names as running.
 * @throws {DrydockError} LOCKED at the lock timeout; PREFLIGHT if something else is in a lock's place.
 */
export async function acquireLocks(context: RunContext, command: string): Promise<RunLocks> {
  const { layout, ownership, observer, stop, request } = context;
  ensureDirectory(layout.work, layout.directory, ownership);
  const wait = { timeoutMs: request.config.lockTimeoutMs, signal: stop, observer };
  const runnerLock = await acquireRunnerLock(layout, ownership, wait);
  try {
    const self = {
      runId: context.runId,
      command,
      since: context.startedAt.toISOString(),
      toolVersion: request.toolVersion,
    };
    const visibleLock = await acquireVisibleLock(layout, self, ownership, wait).catch((error: unknown) =>
      goWithout(context, error),
    );
    return {
      assertHeld: () => runnerLock.assertHeld(),
      async release() {
        await visibleLock.release();
        runnerLock.release();
      },
    };
  } catch (error) {
    runnerLock.release();
    throw error;
  }
}

/** Pruning must work on a full disk. It touches nothing that other tools use, and between runs the other lock decides. */
function goWithout({ layout, observer, request }: RunContext, error: unknown): VisibleLock {
  if (request.command.verb !== 'snapshot prune' || troubleOf(codeOf(error)) !== 'full') throw error;
  const message = `there is no room for the lock directory ${layout.visibleLock} that other tools see (${messageOf(error)}); the run goes on under the lock between runs`;
  observer({ kind: 'warning', message });
  return { release: () => Promise.resolve() };
}
