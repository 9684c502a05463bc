/** Takes the way back: a copy of the live file as it is under the write lock, made durable, reopened, checked, hashed. */
import { rmSync } from 'node:fs';
import type { Engine } from '../engine/client.ts';
import type { HeldState } from '../engine/protocol.ts';
import { DrydockError, invariant } from '../errors.ts';
import { hashExactly, hashFile } from '../files/content-hash.ts';
import { fsyncDirectory, fsyncFile } from '../files/durable.ts';
import { ensureDirectory, own } from '../files/ownership.ts';
import {
  listSnapshots,
  newSnapshotId,
  publishSnapshot,
  type Snapshot,
  temporaryPath,
  writeManifest,
} from '../snapshots/catalog.ts';
import {
  type InspectedFile,
  type InspectedStructure,
  type Inspection,
  type InspectOptions,
  inspect,
} from '../snapshots/inspect.ts';
import type { Manifest } from '../snapshots/manifest.ts';
import type { SnapshotReason } from '../snapshots/reasons.ts';
import { inspectOptions, type RunContext, unstoppable } from './context.ts';

/** A copy that is on the disk, and not yet known to be sound. */
export interface RawCopy {
  readonly id: string;
  readonly path: string;
  readonly pages: number;
  readonly held: HeldState;
}

export interface InspectedSnapshot extends Snapshot {
  readonly inspection: Inspection;
  /** True where a snapshot of the same content was there already and this copy was not kept. */
  readonly reused: boolean;
}

/** Copies the live file under the write lock that the engine holds. */
export async function copyLive(context: RunContext, engine: Engine, held: HeldState): Promise<RawCopy> {
  const { layout, ownership, runId } = context;
  ensureDirectory(layout.snapshots, layout.directory, ownership);
  const id = newSnapshotId(new Date(), runId);
  const path = temporaryPath(layout, id);
  const { pages } = await engine.call('copy', { to: path, journalMode: 'delete' });
  own(path, ownership);
  fsyncFile(path);
  fsyncDirectory(layout.snapshots);
  return { id, path, pages, held };
}

/**
 * Proves the copy in a process of its own and gives it its name. In WAL mode this runs beside the migration.
 * @param onNamed Where it is given, the copy gets its name, and this is called, as soon as its structure is known to be
 *   sound and its hashes are known: it can be restored from then on, which proves it again. The rest is still to come.
 * @throws {DrydockError} DAMAGED_BEFORE where the database was damaged before this run.
 */
export async function inspectCopy(
  context: RunContext,
  copy: RawCopy,
  reason: SnapshotReason,
  onNamed?: (snapshot: Snapshot) => void,
): Promise<InspectedSnapshot> {
  const options = inspectOptions(context);
  let named: Snapshot | undefined;
  const nameEarly = async (structure: InspectedStructure) => {
    // What is wrong with it is told by the whole inspection, in the words of integrity_check.
    if (structure.problems.length > 0) return;
    requireWhole(copy, structure);
    named = await storeOnce(context, copy, manifestOf(context, copy, structure, reason, 'not checked'), options);
    onNamed?.(named);
  };
  const { statistics } = context.request.config;
  const inspection = await inspect(copy.path, statistics, options, onNamed && nameEarly);
  requireWhole(copy, inspection);
  const [problem] = inspection.measurement.integrity;
  if (problem !== undefined) {
    rmSync(copy.path, { force: true });
    throw new DrydockError('DAMAGED_BEFORE', {
      what: `${context.layout.database} is damaged (integrity_check: ${problem})`,
      state: 'It was like that before this run, which changed nothing',
      next: 'Restore a sound snapshot (drydock snapshot list), or salvage what is left: sqlite3 damaged.db .recover',
    });
  }
  named ??= await storeOnce(context, copy, manifestOf(context, copy, inspection, reason, 'ok'), options);
  return { ...markProven(context, named), inspection, reused: named.manifest.id !== copy.id };
}

function requireWhole(copy: RawCopy, { pageCount, pageSize, hashes }: InspectedFile): void {
  invariant(
    pageCount === copy.pages && hashes.bytes === copy.pages * pageSize,
    `the snapshot has ${pageCount} pages in ${hashes.bytes} bytes, and ${copy.pages} pages were copied`,
  );
}

/** A snapshot got its name before it was proven, in this run or in one that died before it could be. */
function markProven({ layout, ownership }: RunContext, snapshot: Snapshot): Snapshot {
  if (snapshot.manifest.integrity === 'ok') return snapshot;
  const manifest: Manifest = { ...snapshot.manifest, integrity: 'ok' };
  writeManifest(layout, manifest, ownership);
  return { ...snapshot, manifest };
}

/**
 * Keeps what a restore is about to replace, sound or not: it is hashed and named, and not checked, since checking
 * cannot change that it must be kept.
 */
export async function keepCopy(context: RunContext, copy: RawCopy): Promise<Snapshot> {
  const options = unstoppable(context);
  const manifest: Manifest = {
    ...commonFacts(context, copy, 'replaced'),
    ...(await hashFile(copy.path, options.signal)),
    pageCount: copy.pages,
    pageSize: copy.held.pageSize,
    integrity: 'not checked',
    sqliteVersion: 'unknown',
  };
  return storeOnce(context, copy, manifest, options);
}

/** Names the copy, unless its content is stored already in a snapshot that still is what its manifest says. */
async function storeOnce(
  context: RunContext,
  copy: RawCopy,
  manifest: Manifest,
  options: InspectOptions,
): Promise<Snapshot> {
  const candidate = listSnapshots(context.layout).findLast(
    ({ manifest: other }) => other.contentSha256 === manifest.contentSha256 && isWayBack(other),
  );
  if (candidate !== undefined) {
    const { sha256 } = await hashExactly(candidate.path, options.signal);
    if (sha256 === candidate.manifest.sha256) {
      rmSync(copy.path, { force: true });
      return candidate;
    }
  }
  return publishSnapshot(context.layout, manifest, context.ownership);
}

/** Sound, or of a run that ended before it knew: not what a restore put aside unseen. */
function isWayBack({ integrity, reason }: Manifest): boolean {
  return integrity === 'ok' || (integrity === 'not checked' && reason !== 'replaced');
}

function manifestOf(
  context: RunContext,
  copy: RawCopy,
  { hashes, pageCount, pageSize, sqliteVersion }: InspectedFile,
  reason: SnapshotReason,
  integrity: Manifest['integrity'],
): Manifest {
  return { ...commonFacts(context, copy, reason), ...hashes, pageCount, pageSize, integrity, sqliteVersion };
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
