/** A restore that SQLite cannot write, since the live file is beyond opening: the snapshot takes the file's place. */
import { readdirSync } from 'node:fs';
import { DrydockError, isDamage } from '../errors.ts';
import { processesWithOpen } from '../files/open-files.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import { engineFor, type RunContext } from './context.ts';
import { type RunJournal, writeJournal } from './journal.ts';
import { requireSpace } from './preflight.ts';
import { damagedFolder, exchangeFile, inodeOf } from './replace-file.ts';
import { restoreFailed, settleRestored } from './restore.ts';
import { hold } from './take-write-lock.ts';

/** Whether SQLite cannot read the file far enough to write into it, or would destroy what stands beside it. */
export function isBeyondOpening(error: unknown): boolean {
  if (error instanceof DrydockError) return error.code === 'DAMAGED_BEFORE' || isDamage(error.cause);
  return isDamage(error);
}

/**
 * @param snapshot Proven.
 * @param begin Gives the journal of the restore; called when nothing is in the way of it any more.
 * @returns Where the damaged file is kept; null where there was none.
 * @throws {DrydockError} PREFLIGHT where a process has the file open, or there is no room; RESTORE_FAILED.
 */
export async function restoreByExchange(
  context: RunContext,
  snapshot: Snapshot,
  begin: () => RunJournal,
): Promise<string | null> {
  const { database } = context.layout;
  const users = processesWithOpen(database);
  if (users.length > 0) {
    throw new DrydockError('PREFLIGHT', {
      what: `${database} is too damaged to be written into, so it must be exchanged, and ${users.join(', ')} still has it open: what that process writes would be lost`,
      state: 'Nothing was changed',
      next: 'Stop the application and run again',
    });
  }
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
    await hold(context, engine);
    await engine.call('release', {});
    await settleRestored(context, engine, snapshot);
  } finally {
    await engine.stop();
  }
}
