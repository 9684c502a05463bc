/**
 * Brings a run that failed before its commit to its end: what it wrote is rolled back, and that is not believed but
 * compared with the snapshot.
 */
import { statSync } from 'node:fs';
import type { Engine } from '../engine/client.ts';
import { hashFile } from '../files/content-hash.ts';
import { hasSamePages } from '../files/same-pages.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import { type RunContext, unstopped } from './context.ts';

export type Rollback =
  | { readonly outcome: 'unchanged'; readonly evidence: string }
  /** Rolled back, nobody else wrote, and yet not what the snapshot has: only a restore can help. The lock is held. */
  | { readonly outcome: 'differs' };

/**
 * Rolls back in a living engine and compares the live file with the snapshot.
 * @param snapshot undefined where the run failed before there was one, and so before anything was changed.
 */
export async function rollBack(context: RunContext, engine: Engine, snapshot: Snapshot | undefined): Promise<Rollback> {
  const { busyTimeoutMs } = context.request.config;
  await engine.call('release', {});
  if (snapshot === undefined) return { outcome: 'unchanged', evidence: 'nothing was committed' };
  const { othersWrote } = await engine.call('holdAgain', { busyTimeoutMs });
  const comparable = mainFileHasEverything(context);
  const isSame = comparable && (await isAsInSnapshot(context, snapshot));
  if (comparable && !isSame && !othersWrote) return { outcome: 'differs' };
  await engine.call('release', {});
  if (isSame)
    return { outcome: 'unchanged', evidence: `rolled back, and compared with snapshot ${snapshot.manifest.id}` };
  const why = comparable ? 'others have written since' : 'its WAL is not empty';
  return { outcome: 'unchanged', evidence: `SQLite rolled back; ${why}, so it was not compared with the snapshot` };
}

async function isAsInSnapshot(context: RunContext, { path, manifest }: Snapshot): Promise<boolean> {
  const { database } = context.layout;
  const { stop } = unstopped(context);
  const { contentSha256, bytes } = await hashFile(database, stop);
  // A file of no bytes and its snapshot, one empty page, are the same database.
  if (contentSha256 === manifest.contentSha256 || bytes === 0) return true;
  return hasSamePages(database, path, stop);
}

/** In WAL mode the main file alone is the content only while the WAL is empty, which what was rolled back may keep it from. */
function mainFileHasEverything(context: RunContext): boolean {
  const wal = statSync(`${context.layout.database}-wal`, { throwIfNoEntry: false });
  return wal === undefined || wal.size === 0;
}
