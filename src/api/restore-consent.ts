/** Consent to a restore that undoes what no snapshot has: asked for beforehand, while nothing is locked. */
import type { Config } from '../config/config.ts';
import { codeOf, DrydockError } from '../errors.ts';
import type { Observer } from '../events.ts';
import { isThere, looking } from '../files/access.ts';
import { statDatabase } from '../files/database-reader.ts';
import { type Layout, layoutFor } from '../files/layout.ts';
import { liveContentSha256 } from '../files/live-content.ts';
import { waitOutBusy } from '../lock/busy-wait.ts';
import { describeSqliteHolder } from '../lock/holder.ts';
import { readJournal } from '../run/journal.ts';
import { requireAlone } from '../run/prove-snapshot.ts';
import { listSnapshots, type Snapshot } from '../snapshots/catalog.ts';
import { findSnapshot } from '../snapshots/find-snapshot.ts';
import { describeRowDifferences, rowDifferences } from '../snapshots/row-differences.ts';
import { type Consent, requireYes } from './consent.ts';

/**
 * The replaced state is kept, including what is written between the answer and the restore, so one question is enough.
 * @throws {DrydockError} USAGE if there is no consent; BUSY if the database stays locked; PREFLIGHT if a stray file
 *   beside the snapshot makes it unsafe to open.
 */
export async function agreeToRestore(
  config: Config,
  id: string,
  consent: Consent,
  observer: Observer,
  stop: AbortSignal,
): Promise<void> {
  if (consent.kind === 'given') return;
  const layout = layoutFor(config);
  const snapshot = looking(() => findSnapshot(layout, id));
  // If it was stopped, the run reports that, with the cause.
  const statement = await whatGoes(layout, snapshot, config.busyTimeoutMs, observer, stop).catch((error: unknown) => {
    if (!stop.aborted) throw error;
  });
  if (statement !== undefined && !stop.aborted) await requireYes(statement, consent, observer, stop);
}

/** Undefined if there is nothing to ask. An unreadable file needs no consent, since a restore is the way out then. */
async function whatGoes(
  layout: Layout,
  snapshot: Snapshot,
  timeoutMs: number,
  observer: Observer,
  stop: AbortSignal,
): Promise<string | undefined> {
  const { database } = layout;
  const { id } = snapshot.manifest;
  if (isRestoring(layout) || !isThere(database)) return undefined;
  statDatabase(database);
  if (await isKept(layout, stop)) return undefined;
  requireAlone(snapshot);
  try {
    const differences = await waitOutBusy(() => rowDifferences(database, snapshot.path, 0), {
      timeoutMs,
      signal: stop,
      onWait: (attempt, waitedMs) => {
        const holder = describeSqliteHolder(database);
        observer({ kind: 'waiting', waitingFor: 'the database to be readable', holder, attempt, waitedMs, timeoutMs });
      },
    });
    return `${database} holds what no snapshot has, and restoring snapshot ${id} undoes it; unlike that snapshot it has ${describeRowDifferences(differences)}`;
  } catch (error) {
    if (!(error instanceof DrydockError)) throw error;
    // A crashed writer left a journal or WAL that a read-only connection cannot recover.
    if (codeOf(error.cause) === 'SQLITE_READONLY')
      return `Cannot predict what restoring snapshot ${id} would undo in ${database}: ${error.what}`;
    if (error.code === 'BUSY') throw error;
    return undefined;
  }
}

/** An interrupted restore has kept what it replaces, and the next start goes on with it. */
function isRestoring({ runJournal }: Layout): boolean {
  const phase = looking(() => readJournal(runJournal))?.phase;
  return phase === 'restoring' || phase === 'exchanging';
}

/** Whether some snapshot has exactly the present content of the database. */
async function isKept(layout: Layout, stop: AbortSignal): Promise<boolean> {
  const manifests = listSnapshots(layout).map(({ manifest }) => manifest);
  const sizes = new Set(manifests.map(({ bytes }) => bytes));
  const content = await liveContentSha256(layout.database, sizes, stop).catch((error: unknown) => {
    // If it cannot be read, the next step that opens it reports that.
    if (stop.aborted || codeOf(error) === '') throw error;
    return undefined;
  });
  return content === 'empty' || manifests.some(({ contentSha256 }) => contentSha256 === content);
}
