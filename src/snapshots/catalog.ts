/** The snapshots of one database: `<database>.snapshots/<id>.db` with `<id>.json` beside each. */
import { existsSync, lstatSync, renameSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { codeOf, DrydockError } from '../errors.ts';
import { namesIn } from '../files/access.ts';
import { fsyncDirectory, removeDurably, removeFile, renameDurably } from '../files/durable.ts';
import type { Layout } from '../files/layout.ts';
import { orderedId } from '../files/ordered-id.ts';
import { writeOwnedFile } from '../files/owned-file.ts';
import type { Ownership } from '../files/ownership.ts';
import { type Manifest, readManifest, renderManifest } from './manifest.ts';
import type { SnapshotReason } from './reasons.ts';

export interface Snapshot {
  readonly path: string;
  readonly manifest: Manifest;
}

type SnapshotsFolder = Pick<Layout, 'snapshots'>;

const idPattern = /^(?<id>[0-9]{8}T[0-9]{9}Z-[0-9a-f]{8})\.(?:db|json)$/;

const leftoverPattern = /\.tmp(-journal|-wal|-shm)?$/;

/** Of a snapshot, of its manifest, or of what is left half made. */
export function isSnapshotName(name: string): boolean {
  return idPattern.test(name) || leftoverPattern.test(name);
}

/** Ids sort in the order in which snapshots were taken, those whose file was lost included. */
export function nextSnapshotId(layout: Layout, now: Date, runId: string): string {
  return orderedId(now, runId, idsIn(layout).at(-1));
}

/**
 * A snapshot whose manifest is missing or damaged, or whose file is gone or is no file: it proves nothing. Retention
 * leaves it alone, and {@link findSnapshot} does not pass over it in silence.
 */
export interface UnusableSnapshot {
  readonly id: string;
  readonly path: string;
  readonly error: DrydockError;
  /** Undefined if its manifest cannot be read. */
  readonly reason: SnapshotReason | undefined;
}

export interface Catalog {
  /** Those with file and manifest, oldest first. */
  readonly snapshots: readonly Snapshot[];
  /** Oldest first. */
  readonly unusable: readonly UnusableSnapshot[];
}

export function readCatalog(layout: SnapshotsFolder): Catalog {
  const snapshots: Snapshot[] = [];
  const unusable: UnusableSnapshot[] = [];
  for (const id of idsIn(layout)) {
    const found = readEntry(layout, id);
    if (found === undefined) continue;
    if ('error' in found) unusable.push(found);
    else snapshots.push(found);
  }
  return { snapshots, unusable };
}

/** Undefined if the snapshot is not there: it is in the making, or was removed while this process looked. */
function readEntry(layout: SnapshotsFolder, id: string): Snapshot | UnusableSnapshot | undefined {
  const path = snapshotPath(layout, id);
  let stats = lookAt(path);
  if (stats === undefined) {
    if (lookAt(temporaryPath(layout, id)) !== undefined) return undefined;
    // It may have got its name since the first look.
    stats = lookAt(path);
  }
  let manifest: Manifest;
  try {
    manifest = readManifest(manifestPath(layout, id));
  } catch (error) {
    if (!(error instanceof DrydockError)) throw error;
    if (codeOf(error.cause) === 'ENOENT' && lookAt(path) === undefined) return undefined;
    return { id, path, error, reason: undefined };
  }
  if (stats?.isFile()) return { path, manifest };
  return { id, path, error: noFile(path, stats), reason: manifest.reason };
}

function lookAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** Every snapshot that can be used, oldest first. */
export function listSnapshots(layout: SnapshotsFolder): readonly Snapshot[] {
  return readCatalog(layout).snapshots;
}

/** The one of exactly this id, unless it or its manifest is gone or damaged. */
export function lookUpSnapshot(layout: Layout, id: string): Snapshot | undefined {
  return listSnapshots(layout).find(({ manifest }) => manifest.id === id);
}

export function snapshotPath(layout: SnapshotsFolder, id: string): string {
  return join(layout.snapshots, `${id}.db`);
}

function manifestPath(layout: SnapshotsFolder, id: string): string {
  return join(layout.snapshots, `${id}.json`);
}

/** Where a snapshot is while it is made; never taken for one. */
export function temporaryPath(layout: SnapshotsFolder, id: string): string {
  return join(layout.snapshots, `${id}.tmp`);
}

/**
 * Makes a finished copy a snapshot. The manifest comes first: a snapshot is there once its file has its name. Until then
 * the file has the temporary name, which tells this manifest from that of a snapshot whose file was lost.
 */
export function publishSnapshot(layout: Layout, manifest: Manifest, ownership: Ownership): Snapshot {
  const temporary = temporaryPath(layout, manifest.id);
  const path = snapshotPath(layout, manifest.id);
  writeManifest(layout, manifest, ownership);
  renameDurably(temporary, path);
  return { path, manifest };
}

export function writeManifest(layout: Layout, manifest: Manifest, ownership: Ownership): void {
  writeOwnedFile(manifestPath(layout, manifest.id), renderManifest(manifest), ownership);
}

/** What a crash leaves has the temporary name, and is a leftover, not a snapshot that was lost. */
export function removeSnapshot(layout: Layout, id: string): void {
  const temporary = temporaryPath(layout, id);
  renameSync(snapshotPath(layout, id), temporary);
  fsyncDirectory(layout.snapshots);
  removeDurably(manifestPath(layout, id));
  removeDurably(temporary);
}

/** Removes what killed runs left half made. To be called under the lock between runners. */
export function removeLeftovers(layout: Layout): void {
  if (!existsSync(layout.snapshots)) return;
  const names = namesIn(layout.snapshots);
  // The manifest first: without its file it is that of a lost snapshot, which is not to be forgotten.
  for (const name of names) {
    const id = idPattern.exec(name)?.groups?.['id'];
    if (id === undefined || !names.includes(`${id}.tmp`) || names.includes(`${id}.db`)) continue;
    removeDurably(manifestPath(layout, id));
  }
  for (const name of names) {
    if (leftoverPattern.test(name)) removeFile(join(layout.snapshots, name));
  }
  fsyncDirectory(layout.snapshots);
}

/** Of every snapshot of which the file or the manifest is there, oldest first. */
function idsIn(layout: SnapshotsFolder): string[] {
  const ids = namesIn(layout.snapshots).flatMap((name) => idPattern.exec(name)?.groups?.['id'] ?? []);
  return [...new Set(ids)].sort();
}

function noFile(path: string, stats: Stats | undefined): DrydockError {
  return new DrydockError('PREFLIGHT', {
    what: stats === undefined ? `${path} is gone, and its manifest is still there` : `${path} is ${kindOf(stats)}`,
    state: 'Nothing was changed',
    next: 'Put the file of the snapshot back, or move its manifest out of the directory; for another snapshot: drydock snapshot list',
  });
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory, not a file';
  return stats.isSymbolicLink() ? 'a symbolic link, not the file itself' : 'a special file, not a snapshot';
}
