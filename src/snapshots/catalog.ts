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

/** With an id: whatever else is in the folder is not Drydock's. */
const leftoverPattern = /^[0-9]{8}T[0-9]{9}Z-[0-9a-f]{8}(\.json)?\.tmp(-journal|-wal|-shm)?$/;

/** True for the name of a snapshot, of a manifest, or of an unfinished snapshot. */
export function isSnapshotName(name: string): boolean {
  return idPattern.test(name) || leftoverPattern.test(name);
}

/** Ids sort in the order in which snapshots were taken, including those whose file was lost. */
export function nextSnapshotId(layout: Layout, now: Date, runId: string): string {
  return orderedId(now, runId, idsIn(layout).at(-1));
}

/**
 * A snapshot whose manifest is missing or damaged, or whose file is missing or not a file: it proves nothing. Retention
 * keeps it, and {@link findSnapshot} does not skip it silently.
 */
export interface UnusableSnapshot {
  readonly id: string;
  readonly path: string;
  readonly error: DrydockError;
  /** Undefined if its manifest cannot be read. */
  readonly reason: SnapshotReason | undefined;
}

export interface Catalog {
  /** The snapshots with file and manifest, oldest first. */
  readonly snapshots: readonly Snapshot[];
  /** Oldest first. */
  readonly unusable: readonly UnusableSnapshot[];
}

/** @throws {Error} Node's own, such as EACCES, if the folder cannot be read; a damaged snapshot is only listed as unusable. */
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

/** Undefined if there is no snapshot: it is being made, or was removed meanwhile. */
function readEntry(layout: SnapshotsFolder, id: string): Snapshot | UnusableSnapshot | undefined {
  const path = snapshotPath(layout, id);
  let stats = lookAt(path);
  if (stats === undefined) {
    if (lookAt(temporaryPath(layout, id)) !== undefined) return undefined;
    // It may have been renamed to its final name since the first look.
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

/** All usable snapshots, oldest first. */
export function listSnapshots(layout: SnapshotsFolder): readonly Snapshot[] {
  return readCatalog(layout).snapshots;
}

/** The usable snapshot with exactly this id. */
export function lookUpSnapshot(layout: Layout, id: string): Snapshot | undefined {
  return listSnapshots(layout).find(({ manifest }) => manifest.id === id);
}

export function snapshotPath(layout: SnapshotsFolder, id: string): string {
  return join(layout.snapshots, `${id}.db`);
}

function manifestPath(layout: SnapshotsFolder, id: string): string {
  return join(layout.snapshots, `${id}.json`);
}

/** The path of an unfinished snapshot, which never counts as one. */
export function temporaryPath(layout: SnapshotsFolder, id: string): string {
  return join(layout.snapshots, `${id}.tmp`);
}

/**
 * Turns a finished copy into a snapshot. The manifest comes first: the snapshot exists once its file has its final name.
 * Until then the temporary name tells this manifest from that of a snapshot whose file was lost.
 */
export function publishSnapshot(layout: Layout, manifest: Manifest, ownership: Ownership): Snapshot {
  const temporary = temporaryPath(layout, manifest.id);
  const path = snapshotPath(layout, manifest.id);
  writeManifest(layout, manifest, ownership);
  renameDurably(temporary, path);
  return { path, manifest };
}

/** Writes it durably, or replaces it. @throws {Error} Node's own, such as ENOSPC. */
export function writeManifest(layout: Layout, manifest: Manifest, ownership: Ownership): void {
  writeOwnedFile(manifestPath(layout, manifest.id), renderManifest(manifest), ownership);
}

/** Renames it first: what a crash then leaves has the temporary name, so it is a leftover and not a lost snapshot. */
export function removeSnapshot(layout: Layout, id: string): void {
  const temporary = temporaryPath(layout, id);
  renameSync(snapshotPath(layout, id), temporary);
  fsyncDirectory(layout.snapshots);
  removeDurably(manifestPath(layout, id));
  removeDurably(temporary);
}

/** Removes the unfinished snapshots of killed runs. Call it under the lock between runs. */
export function removeLeftovers(layout: Layout): void {
  if (!existsSync(layout.snapshots)) return;
  const names = namesIn(layout.snapshots);
  // The manifest first: on its own it would be that of a lost snapshot, which must stay known.
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

/** The ids of all snapshots of which the file or the manifest exists, oldest first. */
function idsIn(layout: SnapshotsFolder): string[] {
  const ids = namesIn(layout.snapshots).flatMap((name) => idPattern.exec(name)?.groups?.['id'] ?? []);
  return [...new Set(ids)].sort();
}

function noFile(path: string, stats: Stats | undefined): DrydockError {
  return new DrydockError('PREFLIGHT', {
    what: stats === undefined ? `${path} is missing, but its manifest is still there` : `${path} is ${kindOf(stats)}`,
    state: 'Nothing was changed',
    next: 'Put the file of the snapshot back, or move its manifest out of the directory; for another snapshot: `drydock snapshot list`',
  });
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory, not a file';
  return stats.isSymbolicLink() ? 'a symbolic link, not the file itself' : 'a special file, not a snapshot';
}
