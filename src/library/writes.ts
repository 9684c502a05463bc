/** What writes files of the project, or takes a dead run's lock away; none of it opens the database. */
import { type MergeRequest, newRevision, type RevisionRequest, writeMerge } from '../api/new-revision.ts';
import { describeEntry, type RevisionEntry } from '../api/revision-data.ts';
import type { Config } from '../config/config.ts';
import { layoutFor } from '../files/layout.ts';
import { removeDeadLock, type UnlockResult } from '../lock/unlock.ts';
import { loadGraph } from '../run/preflight.ts';
import { writeRevision } from '../scaffold/write-revision.ts';
import { statDatabase } from '../sqlite/reader.ts';

/**
 * Writes the file of a new revision, to be filled in.
 * @throws {DrydockError} USAGE where it does not fit the revisions that are there.
 */
export async function createRevision(
  config: Config,
  request: RevisionRequest & { readonly kind?: 'sql' | 'ts' },
): Promise<RevisionEntry> {
  const graph = loadGraph(config.migrations);
  const { kind = 'sql' } = request;
  const written = writeRevision(config.migrations, graph, { ...newRevision(graph, request), kind });
  return describeEntry(written.graph, written.revision);
}

/**
 * Writes a revision that joins several heads.
 * @param addresses `heads`, or at least two.
 * @throws {DrydockError} USAGE where they are not two different heads at least.
 */
export async function mergeRevisions(
  config: Config,
  addresses: readonly string[],
  request: MergeRequest = {},
): Promise<RevisionEntry> {
  const written = writeMerge(config, addresses, request);
  return describeEntry(written.graph, written.revision);
}

/**
 * Removes the lock directory that a dead run left; the next run does so by itself.
 * @throws {DrydockError} LOCKED where its holder lives.
 */
export async function unlock(config: Config): Promise<UnlockResult> {
  statDatabase(config.database);
  return removeDeadLock(layoutFor(config.database), () => undefined);
}
