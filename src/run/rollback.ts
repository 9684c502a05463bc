/**
 * Ends a run that failed before its commit: rolls back what it wrote, and does not trust that but compares the result
 * with the snapshot.
 */
import { statSync } from 'node:fs';
import type { Engine } from '../engine/client.ts';
import { DrydockError, messageOf } from '../errors.ts';
import { hashFile } from '../files/content-hash.ts';
import { removeFile } from '../files/durable.ts';
import { hasSamePages } from '../files/same-pages.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import { engineFor, type RunContext, unstopped } from './context.ts';
import { takeWriteLock } from './hold.ts';
import { requireSpace } from './preflight.ts';
import { copyLive, heldAs } from './take-snapshot.ts';

export type Rollback =
  | { readonly outcome: 'unchanged'; readonly evidence: string }
  /** Rolled back, no other process wrote, and yet it differs from the snapshot: only a restore can help. The lock is held. */
  | { readonly outcome: 'differs' };

/**
 * Rolls back in a living engine and compares the live file with the snapshot.
 * @param snapshot undefined if the run failed before there was one, and so before anything was changed.
 * @throws whatever prevented the comparison.
 */
export async function rollBack(context: RunContext, engine: Engine, snapshot: Snapshot | undefined): Promise<Rollback> {
  await engine.call('release', {});
  if (snapshot === undefined) return { outcome: 'unchanged', evidence: 'nothing was committed' };
  const { isSame, othersWrote } = await compare(context, engine, snapshot);
  if (!isSame && !othersWrote) return { outcome: 'differs' };
  await engine.call('release', {});
  const evidence = isSame ? compared(snapshot) : await checked(engine, 'others have written since');
  return { outcome: 'unchanged', evidence };
}

/**
 * The same after the engine died: SQLite rolls back for a new one. Whether others wrote in between is unknown.
 * @returns The evidence that the database is unchanged.
 * @throws whatever prevented the comparison.
 */
export async function compareAfterEngine(context: RunContext, snapshot: Snapshot): Promise<string> {
  const engine = await engineFor(context);
  try {
    await takeWriteLock(context, engine);
    await engine.call('release', {});
    const { isSame } = await compare(context, engine, snapshot);
    await engine.call('release', {});
    return isSame
      ? compared(snapshot)
      : await checked(engine, 'it is not what the snapshot has, so others have written');
  } finally {
    await engine.stop();
  }
}

/** Leaves the write lock held. */
async function compare(context: RunContext, engine: Engine, snapshot: Snapshot) {
  // What was rolled back is still in the WAL, unless that is emptied.
  await engine.call('emptyWal', {});
  const { othersWrote } = await engine.call('holdAgain', { busyTimeoutMs: context.request.config.busyTimeoutMs });
  const isSame = mainFileHasEverything(context)
    ? await isAsInSnapshot(context, context.layout.database, snapshot)
    : await isCopyAsInSnapshot(context, engine, snapshot);
  return { isSame, othersWrote };
}

function compared({ manifest }: Snapshot): string {
  return `rolled back, and compared with snapshot ${manifest.id}`;
}

/** No snapshot has what others wrote, so only the database itself can show whether it is sound. */
async function checked(engine: Engine, why: string): Promise<string> {
  const { problems } = await engine.call('verify', {});
  const [problem] = problems;
  if (problem !== undefined) throw new Error(`${why}, and the database is not sound (${problem})`);
  return `SQLite rolled back; ${why}, and the database was checked and is sound`;
}

async function isAsInSnapshot(context: RunContext, file: string, { path, manifest }: Snapshot): Promise<boolean> {
  const { stop } = unstopped(context);
  const { contentSha256, bytes } = await hashFile(file, stop);
  // A file of zero bytes and its snapshot of one empty page are the same database.
  if (contentSha256 === manifest.contentSha256 || bytes === 0) return true;
  return hasSamePages(file, path, stop);
}

/** If readers prevent emptying the WAL, SQLite merges file and WAL in a copy. */
async function isCopyAsInSnapshot(context: RunContext, engine: Engine, snapshot: Snapshot): Promise<boolean> {
  requireRoom(context, snapshot.manifest.bytes);
  const copy = await copyLive(context, engine, heldAs(snapshot));
  try {
    return await isAsInSnapshot(context, copy.path, snapshot);
  } finally {
    removeFile(copy.path);
  }
}

function requireRoom(context: RunContext, bytes: number): void {
  try {
    requireSpace(context, { all: 1, snapshots: 1 }, bytes);
  } catch (error) {
    // The failure of the run is the error reported; this is why its end could not be proven.
    if (!(error instanceof DrydockError)) throw error;
    throw new Error(
      `the database is open elsewhere, and there is no room to compare a copy of it: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** In WAL mode the main file alone is the content only while the WAL is empty. */
function mainFileHasEverything(context: RunContext): boolean {
  const wal = statSync(`${context.layout.database}-wal`, { throwIfNoEntry: false });
  return wal === undefined || wal.size === 0;
}
