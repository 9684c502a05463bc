/**
 * Puts a snapshot back, keeping what it replaces: in one transaction of SQLite behind the fence, or, if SQLite cannot
 * open the file, by exchanging the file. Both are announced in the run journal, and can be repeated after a crash.
 */
import { readdirSync, statSync } from 'node:fs';
import type { Engine } from '../engine/client.ts';
import type { HeldState } from '../engine/protocol.ts';
import { DrydockError, isDamage, messageOf } from '../errors.ts';
import { fsyncDirectory, fsyncFile } from '../files/durable.ts';
import { processesWithAnyOpen } from '../files/open-files.ts';
import { companionsOf } from '../files/place.ts';
import { isBusy } from '../lock/busy-wait.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import { engineFor, type RunContext } from './context.ts';
import { exchangeInUse, restoreFailed } from './endings.ts';
import { takeWriteLock } from './hold.ts';
import { type RunJournal, writeJournal } from './journal.ts';
import { requireSpace } from './preflight.ts';
import { damagedFolder, exchangeFile, inodeOf } from './replace-file.ts';
import { copyLive, keepCopy } from './take-snapshot.ts';

export type Restored =
  | {
      readonly outcome: 'restored' | 'others-wrote';
      /** What the live file held just before the restore. */
      readonly kept: Snapshot;
    }
  /** A lock prevented the restore. It is one transaction, so nothing was changed. */
  | { readonly outcome: 'locked'; readonly cause: unknown };

/**
 * Makes the live file equal to a verified snapshot. The engine holds the write lock, and nothing may have been written
 * since `held` was read; the journal tells a start after a crash how to finish.
 *
 * @throws the cause, if the restore did not happen or is not sound; see {@link restoreFailed}.
 */
export async function restoreSnapshot(
  context: RunContext,
  engine: Engine,
  snapshot: Snapshot,
  held: HeldState,
  journal: RunJournal,
): Promise<Restored> {
  const kept = await keepCopy(context, await copyLive(context, engine, held));
  const restoring = { source: snapshot.manifest.id, kept: kept.manifest.id };
  writeJournal(context, { ...journal, phase: 'restoring', restoring });
  const replaced = await replaceLive(context, engine, snapshot);
  if (replaced.outcome === 'locked') return replaced;
  if (replaced.outcome === 'restored') await settleRestored(context, engine, snapshot);
  return { outcome: replaced.outcome, kept };
}

async function replaceLive({ request }: RunContext, engine: Engine, { path }: Snapshot) {
  const { busyTimeoutMs } = request.config;
  try {
    const { outcome } = await engine.call('replace', { source: path, purpose: 'restore', busyTimeoutMs });
    return { outcome: outcome === 'others-wrote' ? outcome : ('restored' as const) };
  } catch (cause) {
    if (!isBusy(cause)) throw cause;
    return { outcome: 'locked' as const, cause };
  }
}

/**
 * As {@link restoreSnapshot}, for a run that goes back by itself: a lock is a failure.
 * @returns What was kept; null if others have written, so that nothing was undone.
 */
export async function restoreOrOthers(
  context: RunContext,
  engine: Engine,
  snapshot: Snapshot,
  held: HeldState,
  journal: RunJournal,
): Promise<Snapshot | null> {
  const restored = await restoreSnapshot(context, engine, snapshot, held, journal);
  if (restored.outcome === 'locked') throw restored.cause;
  return restored.outcome === 'restored' ? restored.kept : null;
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
 * The restore's own connection writes with SQLite's defaults, but its writes must survive a power cut. The folder is
 * synced first: a rollback journal that reappears must not meet a file that was truncated after the journal's removal.
 */
export function makeLiveDurable(context: RunContext): void {
  const { database, directory } = context.layout;
  fsyncDirectory(directory);
  const wal = `${database}-wal`;
  if (statSync(wal, { throwIfNoEntry: false }) !== undefined) fsyncFile(wal);
  fsyncFile(database);
}

/** Whether SQLite cannot read the file well enough to write into it, or would destroy the files beside it. */
export function isBeyondOpening(error: unknown): boolean {
  if (error instanceof DrydockError) return error.code === 'DAMAGED_BEFORE' || isDamage(error.cause);
  return isDamage(error);
}

/**
 * Puts a snapshot in the place of a file that SQLite cannot open.
 *
 * @param snapshot Verified.
 * @param begin Returns the journal of the restore; called when nothing prevents it any more.
 * @returns Where the damaged file is kept; null if there was none.
 * @throws {DrydockError} PREFLIGHT if a process has the file open, or there is no room; RESTORE_FAILED.
 */
export async function restoreByExchange(
  context: RunContext,
  snapshot: Snapshot,
  begin: () => RunJournal,
): Promise<string | null> {
  const { database } = context.layout;
  // The companions too: if a database was moved away, its -wal is still open under the old name.
  const users = processesWithAnyOpen([database, ...companionsOf(database)]);
  if (users.length > 0) throw exchangeInUse(context, users);
  requireSpace(context, { all: 1, snapshots: 0 }, snapshot.manifest.bytes);
  const damagedInode = inodeOf(database);
  const exchanging = { source: snapshot.manifest.id, damagedInode };
  const journal = begin();
  writeJournal(context, { ...journal, phase: 'exchanging', restoring: null, exchanging });
  const exchange = { snapshot, damagedInode, runId: journal.runId };
  await exchangeFile(context, exchange);
  await settleExchanged(context, snapshot).catch((error: unknown) => {
    // Errors of an inspection usually say that nothing was changed.
    throw restoreFailed(context, snapshot, error);
  });
  const folder = damagedFolder(context, exchange);
  // A missing file may have left a -wal or a -journal.
  return readdirSync(folder).length === 0 ? null : folder;
}

/** After the file is replaced: the journal mode, the disk, and a last look. */
export async function settleExchanged(context: RunContext, snapshot: Snapshot): Promise<void> {
  const engine = await engineFor(context);
  try {
    await takeWriteLock(context, engine);
    await engine.call('release', {});
    await settleRestored(context, engine, snapshot);
  } finally {
    await engine.stop();
  }
}
