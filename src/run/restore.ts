/** Puts a snapshot back into the live file, behind the fence, keeping what it replaces. */
import { statSync } from 'node:fs';
import type { Engine } from '../engine/client.ts';
import type { HeldState } from '../engine/protocol.ts';
import { DrydockError, isDamage, messageOf } from '../errors.ts';
import { fsyncDirectory, fsyncFile } from '../files/durable.ts';
import { isBusy } from '../lock/busy-wait.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import type { RunContext } from './context.ts';
import { type RunJournal, writeJournal } from './journal.ts';
import { copyLive, keepCopy } from './take-snapshot.ts';

export interface RestoreOutcome {
  readonly outcome: 'restored' | 'others-wrote';
  /** What the live file held when the restore was about to begin. */
  readonly kept: Snapshot;
}

/** Locks kept the restore from happening: it is one transaction, so that nothing of it has happened. */
export class NotReplaced extends Error {}

/**
 * Makes the live file equal to a proven snapshot. The engine holds the write lock when this is called, and nobody may
 * have written since `held` was read; the journal tells a start after a crash how to finish.
 *
 * @throws what went wrong, where the restore did not happen or is not sound; see {@link restoreFailed}.
 */
export async function restoreSnapshot(
  context: RunContext,
  engine: Engine,
  snapshot: Snapshot,
  held: HeldState,
  journal: RunJournal,
): Promise<RestoreOutcome> {
  const kept = await keepCopy(context, await copyLive(context, engine, held));
  const restoring = { source: snapshot.manifest.id, kept: kept.manifest.id };
  writeJournal(context, { ...journal, phase: 'restoring', restoring });
  const { busyTimeoutMs } = context.request.config;
  const { outcome } = await engine.call('replace', { source: snapshot.path, busyTimeoutMs }).catch((error: unknown) => {
    throw isBusy(error) ? new NotReplaced(messageOf(error), { cause: error }) : error;
  });
  if (outcome === 'others-wrote') return { outcome, kept };
  await settleRestored(context, engine, snapshot);
  return { outcome: 'restored', kept };
}

/** After the pages are back: the journal mode, the disk, and a last look. */
export async function settleRestored(context: RunContext, engine: Engine, snapshot: Snapshot): Promise<void> {
  const { journalMode } = snapshot.manifest;
  const { mode } = await engine
    .call('setJournalMode', { mode: journalMode, busyTimeoutMs: 2000 })
    .catch((error: unknown) => {
      context.observer({
        kind: 'warning',
        message: `the journal mode could not be set back to ${journalMode}: ${messageOf(error)}`,
      });
      return { mode: journalMode };
    });
  if (mode !== journalMode) {
    context.observer({
      kind: 'warning',
      message: `the journal mode is ${mode}, and was ${journalMode} in the snapshot`,
    });
  }
  makeLiveDurable(context);
  const { problems } = await engine.call('verify', {}).catch((error: unknown) => {
    if (isDamage(error)) throw error;
    const what = `all of it is back, but could not be read to prove it: ${messageOf(error)}`;
    throw new Error(what, { cause: error });
  });
  const [problem] = problems;
  if (problem !== undefined) throw new Error(`quick_check after the restore: ${problem}`);
}

/**
 * The restore's own connection writes with SQLite's defaults; what it wrote must outlive a power cut all the same. The
 * folder first: a rollback journal that comes back must not meet a file that was cut after the journal was removed.
 */
export function makeLiveDurable(context: RunContext): void {
  const { database, directory } = context.layout;
  fsyncDirectory(directory);
  const wal = `${database}-wal`;
  if (statSync(wal, { throwIfNoEntry: false }) !== undefined) fsyncFile(wal);
  fsyncFile(database);
}

/** The one ending that needs a person. The journal stays: the next start goes on with the restore. */
export function restoreFailed(context: RunContext, snapshot: Snapshot, cause: unknown): DrydockError {
  return new DrydockError('RESTORE_FAILED', {
    what: `Putting snapshot ${snapshot.manifest.id} back into ${context.layout.database} failed: ${messageOf(cause)}`,
    state: `A person must look: the state to go back to is in ${snapshot.path}, what it was to replace is in ${context.layout.database} and among the snapshots in ${context.layout.snapshots}`,
    next: 'Stop the application, free space or mend the volume, and run the same command again: it goes on with the restore',
    cause,
  });
}
