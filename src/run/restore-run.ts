/**
 * `drydock snapshot restore`, top to bottom: puts a snapshot back at a person's request, and keeps what it replaces.
 *
 *   preflight > lock > recover > inspect > restore > unlock
 */
import { existsSync } from 'node:fs';
import type { Engine } from '../engine/client.ts';
import type { HeldState } from '../engine/protocol.ts';
import { DrydockError, messageOf } from '../errors.ts';
import type { Life, Observer } from '../events.ts';
import { looking } from '../files/access.ts';
import { statDatabase } from '../files/database-reader.ts';
import { layoutFor } from '../files/layout.ts';
import { describeSqliteHolder } from '../lock/holder.ts';
import { listSnapshots, removeSnapshot, type Snapshot } from '../snapshots/catalog.ts';
import { findSnapshot } from '../snapshots/find-snapshot.ts';
import { type RowDifference, rowDifferences } from '../snapshots/row-differences.ts';
import { traceOf } from '../snapshots/trace.ts';
import { createContext, engineFor, inspectOptions, phase, type RunContext, stoppable, tellFact } from './context.ts';
import { restoreFailed, restoreMetWriter } from './endings.ts';
import { takeWriteLock } from './hold.ts';
import { beginJournal, type RunJournal, removeJournal, writeJournal } from './journal.ts';
import type { RestoreReport, RunRequest } from './outcome.ts';
import { requireSpace, warnOfLinks } from './preflight.ts';
import { proveSnapshot } from './prove-snapshot.ts';
import { isBeyondOpening, type Restored, restoreByExchange, restoreSnapshot } from './restore.ts';
import { underLocks } from './under-locks.ts';

/** @param id The snapshot's id, the beginning of it, or `latest`. */
export async function restore(
  request: RunRequest,
  id: string,
  observer: Observer,
  stop: AbortSignal,
): Promise<RestoreReport> {
  const layout = layoutFor(request.config);
  const chosen = looking(() => findSnapshot(layout, id));
  if (existsSync(layout.database)) statDatabase(layout.database);
  const ownedLike = existsSync(layout.database) ? layout.database : chosen.path;
  const context = createContext(request, observer, stop, ownedLike);
  const { snapshot, kept } = await underLocks(context, async () => {
    // Resolved again: `latest` may now be the snapshot of a run that this one waited for.
    const named = findSnapshot(layout, id);
    tellFact(context, { planned: named.manifest.revision });
    await phase(context, 'inspect', () => proveSnapshot(named, inspectOptions(context)));
    tellFact(context, { becomes: lifeOf(named) });
    const replaced = await phase(context, 'restore', () => restoreEitherWay(context, named));
    removeJournal(context);
    return { snapshot: named, kept: replaced };
  });
  return {
    database: layout.database,
    restored: snapshot.manifest,
    kept: kept?.path ?? null,
    tables: kept === null ? [] : differencesOfNew(context, kept, snapshot),
  };
}

/** What was replaced: kept as a snapshot, unless SQLite could not read it. */
type Kept = Snapshot | { readonly path: string };

function differencesOfNew(context: RunContext, kept: Kept, restored: Snapshot): readonly RowDifference[] {
  if (!('manifest' in kept) || kept.manifest.runId !== context.runId) return [];
  const { layout, observer } = context;
  const { id, contentSha256 } = kept.manifest;
  const older = listSnapshots(layout).some(
    ({ manifest }) => manifest.id < id && manifest.contentSha256 === contentSha256,
  );
  if (older) return [];
  try {
    return rowDifferences(kept.path, restored.path);
  } catch (error) {
    const message = `the rows of what was replaced could not be counted, which changes nothing else: ${messageOf(error)}`;
    observer({ kind: 'warning', message });
    return [];
  }
}

function lifeOf(snapshot: Snapshot): Life {
  const { lastRun = null, hasRows } = traceOf(snapshot) ?? {};
  return { lastRun, rows: snapshot.manifest.rows ?? (hasRows === false ? 0 : null) };
}

/** Through SQLite if it can open the live file, else by exchanging the file. */
async function restoreEitherWay(context: RunContext, snapshot: Snapshot): Promise<Kept | null> {
  warnOfLinks(context);
  const exchange = async () => {
    const begin = () => beginJournal(context, { from: [], to: snapshot.manifest.revision });
    const path = await restoreByExchange(context, snapshot, begin);
    return path === null ? null : { path };
  };
  if (!existsSync(context.layout.database)) return exchange();
  try {
    return await restoreThroughSqlite(context, snapshot);
  } catch (error) {
    if (!isBeyondOpening(error)) throw error;
    context.observer({
      kind: 'warning',
      message: `SQLite cannot write into the damaged file (${error instanceof DrydockError ? error.what : messageOf(error)}): it is moved aside, and the snapshot takes its place`,
    });
    return exchange();
  }
}

/**
 * A busy writer often gets in between the release of the lock and the restore's taking it; then what it wrote is kept
 * too, and the restore is tried again.
 */
async function restoreThroughSqlite(context: RunContext, snapshot: Snapshot): Promise<Snapshot> {
  requireSpace(context, { all: 2, snapshots: 1 }, snapshot.manifest.bytes);
  const { busyTimeoutMs } = context.request.config;
  const started = performance.now();
  const engine = await engineFor(context);
  try {
    const held = await stoppable(context, engine, takeWriteLock(context, engine));
    tellFact(context, { current: held.current });
    const journal = beginJournal(context, { from: held.current, to: snapshot.manifest.revision });
    for (let attempt = 1; ; attempt += 1) {
      const { outcome, kept } = await tryRestore(context, engine, snapshot, held, journal);
      if (outcome === 'restored') {
        tellFact(context, { snapshot: kept.manifest });
        return kept;
      }
      writeJournal(context, journal);
      removeSuperseded(context, kept);
      const waitedMs = performance.now() - started;
      if (context.stop.aborted || waitedMs > busyTimeoutMs) {
        removeJournal(context);
        throw restoreMetWriter(context);
      }
      const holder = describeSqliteHolder(context.layout.database);
      const waitingFor = 'a moment in which nobody writes';
      context.observer({ kind: 'waiting', waitingFor, holder, attempt, waitedMs, timeoutMs: busyTimeoutMs });
      await engine.call('holdAgain', { busyTimeoutMs });
    }
  } finally {
    await engine.stop();
  }
}

async function tryRestore(
  context: RunContext,
  engine: Engine,
  snapshot: Snapshot,
  held: HeldState,
  journal: RunJournal,
): Promise<Exclude<Restored, { outcome: 'locked' }>> {
  const restored = await restoreSnapshot(context, engine, snapshot, held, journal).catch((error: unknown) => {
    if (context.journal.phase === 'restoring') {
      throw isBeyondOpening(error) ? error : restoreFailed(context, snapshot, error);
    }
    removeJournal(context);
    throw error;
  });
  if (restored.outcome !== 'locked') return restored;
  removeJournal(context);
  throw restored.cause;
}

/** A state kept for a failed attempt is not what the next attempt replaces. */
function removeSuperseded({ layout, runId }: RunContext, { manifest }: Snapshot): void {
  if (manifest.runId === runId && manifest.reason === 'replaced') removeSnapshot(layout, manifest.id);
}
