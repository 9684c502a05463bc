/** `drydock snapshot create` and `drydock snapshot prune`: the other snapshot commands that take the lock. */
import type { Observer } from '../events.ts';
import { createContext, engineFor, type RunContext, tellFact } from './context.ts';
import { hold } from './hold.ts';
import { makeRoom } from './make-room.ts';
import type { RecoveryReport, RunRequest } from './outcome.ts';
import { requireDatabase } from './require-database.ts';
import { retain } from './retain.ts';
import { type InspectedSnapshot, inspectCopy, takeSnapshot } from './take-snapshot.ts';
import { underLocks } from './under-locks.ts';

/** Takes a snapshot now. Readers go on; writers wait while it is copied. */
export function createSnapshot(request: RunRequest, observer: Observer, stop: AbortSignal): Promise<InspectedSnapshot> {
  requireDatabase(request.config);
  const context = createContext(request, observer, stop);
  return underLocks(context, (_locks, recovered) => snapshotNow(context, recovered));
}

async function snapshotNow(context: RunContext, recovered: RecoveryReport | null): Promise<InspectedSnapshot> {
  await makeRoom(context, { all: 1, snapshots: 1 });
  const engine = await engineFor(context);
  try {
    const held = await hold(context, engine, recovered);
    tellFact(context, { planned: held.current });
    const copy = await takeSnapshot({ context, engine, held });
    await engine.call('release', {});
    const snapshot = await inspectCopy(context, copy, 'manual');
    await retain(context);
    return snapshot;
  } finally {
    await engine.stop();
  }
}

export function pruneSnapshots(request: RunRequest, observer: Observer, stop: AbortSignal): Promise<readonly string[]> {
  requireDatabase(request.config);
  const context = createContext(request, observer, stop);
  return underLocks(context, () => retain(context));
}
