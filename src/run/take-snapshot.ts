/** Takes the snapshot to go back to: a copy of the live file under the write lock, made durable, reopened, checked, hashed. */

import { dirname } from 'node:path';
import type { Engine } from '../engine/client.ts';
import type { HeldState } from '../engine/protocol.ts';
import { DrydockError, invariant } from '../errors.ts';
import { hashExactly, hashFile } from '../files/content-hash.ts';
import { fsyncDirectory, fsyncFile, removeFile, tryToClearAway } from '../files/durable.ts';
import { fillOwnedFile } from '../files/owned-file.ts';
import { ensureDirectory } from '../files/owned-folder.ts';
import { plural } from '../format.ts';
import { lastRunOf } from '../revisions/applied-tables.ts';
import {
  nextSnapshotId,
  publishSnapshot,
  readCatalog,
  removeLeftovers,
  type Snapshot,
  temporaryPath,
  type UnusableSnapshot,
} from '../snapshots/catalog.ts';
import { type Inspection, type InspectOptions, inspect } from '../snapshots/inspect.ts';
import type { Manifest } from '../snapshots/manifest.ts';
import { visibleProblem } from '../snapshots/problem.ts';
import type { SnapshotReason } from '../snapshots/reasons.ts';
import { sumOfUsersRows } from '../snapshots/trace.ts';
import { inspectOptions, phase, type RunContext, stoppable, tellFact, unstoppable, useSnapshot } from './context.ts';
import type { PlannedRun } from './planned-run.ts';

/** A copy that is on the disk, but not yet known to be sound. */
export interface RawCopy {
  readonly id: string;
  readonly path: string;
  readonly pages: number;
  readonly held: HeldState;
}

export interface InspectedSnapshot extends Snapshot {
  readonly inspection: Inspection;
  /** True if a snapshot of the same content existed already and this copy was not kept. */
  readonly reused: boolean;
}

/** The phase: copies the live file under the write lock. */
export function takeSnapshot({
  context,
  engine,
  held,
}: Pick<PlannedRun, 'context' | 'engine' | 'held'>): Promise<RawCopy> {
  return phase(
    context,
    'snapshot',
    () => stoppable(context, engine, copyLive(context, engine, held)),
    ({ pages }) => ({ pages, bytes: pages * held.pageSize }),
  );
}

/** The phase: verifies the copy, and then lets the engine's statements write to the live file; see engine/write-gate.ts. */
export function inspectForRun({ context, engine, plan }: PlannedRun, copy: RawCopy): Promise<InspectedSnapshot> {
  const proving = inspectCopy(context, copy, plan.command);
  proving.then(
    () => engine.settleGate('sound'),
    () => engine.settleGate('not proven'),
  );
  return proving;
}

/** Does work while the copy is verified. Waits for both, whichever fails: a rollback is compared with the snapshot. */
export async function beside<T>(proving: Promise<InspectedSnapshot>, work: () => Promise<T>): Promise<T> {
  const [proven, worked] = await Promise.allSettled([proving, work()]);
  if (proven.status === 'rejected') throw proven.reason;
  if (worked.status === 'rejected') throw worked.reason;
  return worked.value;
}

/** The state of a live file that is, or is to become, what the snapshot has. @param current What it says it is at. */
export function heldAs({ manifest }: Snapshot, current: readonly string[] = manifest.revision): HeldState {
  const { pageCount, pageSize, journalMode } = manifest;
  return { pageCount, pageSize, journalMode, current, history: [] };
}

/** Copies the live file under the write lock that the engine holds. */
export function copyLive(context: RunContext, engine: Engine, held: HeldState): Promise<RawCopy> {
  const { layout, ownership, runId } = context;
  return leavingNothing(context, async () => {
    ensureDirectory(layout.snapshots, dirname(layout.snapshots), ownership);
    const id = nextSnapshotId(layout, new Date(), runId);
    const path = temporaryPath(layout, id);
    // SQLite would create it with default permissions.
    const { pages } = await fillOwnedFile(path, ownership, () =>
      engine.call('copy', { to: path, journalMode: 'delete' }),
    );
    fsyncFile(path);
    fsyncDirectory(layout.snapshots);
    return { id, path, pages, held };
  });
}

/** A failure leaves no copy behind: it is as large as the database, and a full disk may be the cause. */
async function leavingNothing<T>({ layout }: RunContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    tryToClearAway(() => removeLeftovers(layout));
    throw error;
  }
}

/**
 * The phase: verifies the copy in a separate process and gives it its name.
 * @throws {DrydockError} DAMAGED_BEFORE if the database was damaged before this run.
 */
export function inspectCopy(context: RunContext, copy: RawCopy, reason: SnapshotReason): Promise<InspectedSnapshot> {
  return phase(
    context,
    'inspect',
    async () => {
      const snapshot = await leavingNothing(context, () => proveCopy(context, copy, reason));
      tellFact(context, { snapshot: snapshot.manifest });
      return snapshot;
    },
    ({ manifest, reused }) => ({ snapshot: manifest.id, bytes: manifest.bytes, sha256: manifest.sha256, reused }),
  );
}

async function proveCopy(context: RunContext, copy: RawCopy, reason: SnapshotReason): Promise<InspectedSnapshot> {
  const inspection = await inspect(copy.path, context.request.config.statistics, inspectOptions(context));
  invariant(
    inspection.pageCount === copy.pages && inspection.hashes.bytes === copy.pages * inspection.pageSize,
    `the snapshot has ${plural(inspection.pageCount, 'page')} in ${plural(inspection.hashes.bytes, 'byte')}, and ${copy.pages} were copied`,
  );
  const [problem] = inspection.measurement.integrity;
  if (problem !== undefined) {
    throw new DrydockError('DAMAGED_BEFORE', {
      what: `${context.layout.database} is damaged (integrity_check: ${problem})`,
      state: 'It was like that before this run, which changed nothing',
      next: (await import('../snapshots/way-back.ts')).wayBack(context.layout),
    });
  }
  const manifest = manifestOf(context, copy, inspection, reason);
  const snapshot = await storeOnce(context, copy, manifest, inspectOptions(context));
  return { ...snapshot, inspection, reused: snapshot.manifest.id !== manifest.id };
}

/**
 * Keeps what a restore is about to replace, sound or not: it is hashed and named but not checked, since it must be kept
 * in any case.
 */
export function keepCopy(context: RunContext, copy: RawCopy): Promise<Snapshot> {
  const options = unstoppable(context);
  return leavingNothing(context, async () => {
    const manifest: Manifest = {
      ...commonFacts(context, copy, 'replaced'),
      ...(await hashFile(copy.path, options.signal)),
      pageCount: copy.pages,
      pageSize: copy.held.pageSize,
      integrity: 'not checked',
      sqliteVersion: 'unknown',
    };
    return storeOnce(context, copy, manifest, options);
  });
}

/**
 * Names the copy, unless its content is stored already in a snapshot that still matches its manifest. The snapshot to
 * go back to must also be the newest, which is what `latest` means and retention keeps longest.
 */
async function storeOnce(
  context: RunContext,
  copy: RawCopy,
  manifest: Manifest,
  options: InspectOptions,
): Promise<Snapshot> {
  const candidate = sameContent(context, manifest);
  if (candidate !== undefined && visibleProblem(candidate) === undefined) {
    const { sha256 } = await hashExactly(candidate.path, options.signal);
    if (sha256 === candidate.manifest.sha256) {
      removeFile(copy.path);
      return useSnapshot(context, candidate);
    }
  }
  return useSnapshot(context, publishSnapshot(context.layout, manifest, context.ownership));
}

/** In the same journal mode: a restore puts it back, and the content hash leaves it out. */
function sameContent({ layout }: RunContext, copy: Manifest): Snapshot | undefined {
  const { snapshots, unusable } = readCatalog(layout);
  return (copy.reason === 'replaced' ? snapshots : newest(snapshots, unusable)).findLast(
    ({ manifest }) =>
      manifest.contentSha256 === copy.contentSha256 &&
      manifest.journalMode === copy.journalMode &&
      manifest.integrity === 'ok',
  );
}

/** The newest that was not set aside by a restore; none if a newer one is unusable, so that the copy becomes the newest. */
function newest(snapshots: readonly Snapshot[], unusable: readonly UnusableSnapshot[]): readonly Snapshot[] {
  const last = snapshots.findLast(({ manifest }) => manifest.reason !== 'replaced');
  const isNewest =
    last !== undefined && !unusable.some(({ id, reason }) => reason !== 'replaced' && id > last.manifest.id);
  return isNewest ? [last] : [];
}

function manifestOf(context: RunContext, copy: RawCopy, inspection: Inspection, reason: SnapshotReason): Manifest {
  return {
    ...commonFacts(context, copy, reason),
    ...inspection.hashes,
    pageCount: inspection.pageCount,
    pageSize: inspection.pageSize,
    integrity: 'ok',
    lastRun: lastRunOf(copy.held.history),
    rows: sumOfUsersRows(inspection.measurement.rows),
    sqliteVersion: inspection.sqliteVersion,
  };
}

function commonFacts(context: RunContext, copy: RawCopy, reason: SnapshotReason) {
  return {
    format: 1 as const,
    id: copy.id,
    database: context.layout.database,
    reason,
    runId: context.runId,
    revision: [...copy.held.current],
    createdAt: new Date().toISOString(),
    journalMode: copy.held.journalMode,
    toolVersion: context.request.toolVersion,
  };
}
