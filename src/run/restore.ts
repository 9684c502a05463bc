/**
 * Puts a snapshot back, keeping what it replaces: in one transaction of SQLite behind the fence, or, if SQLite cannot
 * open the file, by exchanging the file. Both are announced in the run journal, and may be done again after a crash.
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
      /** What the live file held when the restore was about to begin. */
      readonly kept: Snapshot;
    }
  /** A lock kept the restore from happening: it is one transaction, so that nothing of it has happened. */
  | { readonly outcome: 'locked'; readonly cause: unknown };

/**
 * Makes the live file equal to a proven snapshot. The engine holds the write lock when this is called, and nobody may
 * have written since `held` was read; the journal tells a start after a crash how to finish.
 *
 * @throws what went wrong, if the restore did not happen or is not sound; see {@link restoreFailed}.
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
    const { outcome } = await engine.call('replace', { source: path, busyTimeoutMs });
    return { outcome: outcome === 'others-wrote' ? outcome : ('restored' as const) };
  } catch (cause) {
    if (!isBusy(cause)) throw cause;
    return { outcome: 'locked' as const, cause };
  }
}

/**
 * As {@link restoreSnapshot}, for a run that goes back of its own accord: a lock is a failure.
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

/** Whether SQLite cannot read the file far enough to write into it, or would destroy what stands beside it. */
export function isBeyondOpening(error: unknown): boolean {
  if (error instanceof DrydockError) return error.code === 'DAMAGED_BEFORE' || isDamage(error.cause);
  return isDamage(error);
}

/**
 * Puts a snapshot in the place of a file that SQLite cannot open.
 *
 * @param snapshot Proven.
 * @param begin Gives the journal of the restore; called when nothing is in the way of it any more.
 * @returns Where the damaged file is kept; null if there was none.
 * @throws {DrydockError} PREFLIGHT if a process has the file open, or there is no room; RESTORE_FAILED.
 */
export async function restoreByExchange(
  context: RunContext,
  snapshot: Snapshot,
  begin: () => RunJournal,
): Promise<string | null> {
  const { database } = context.layout;
  // Its companions too: a database that was moved away leaves its -wal open under the old name.
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
    // Whatever a look at a file usually ends with says that nothing was changed.
    throw restoreFailed(context, snapshot, error);
  });
  const folder = damagedFolder(context, exchange);
  // Of a file that is gone a -wal or a -journal may be left.
  return readdirSync(folder).length === 0 ? null : folder;
}

/** The file is new to everybody: its journal mode, the disk, and a look at it. */
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
