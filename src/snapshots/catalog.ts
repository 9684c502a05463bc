/** The snapshots of one database: `<database>.snapshots/<id>.db` with `<id>.json` beside each. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DrydockError } from '../errors.ts';
import { fsyncDirectory, removeDurably, removeFile, renameDurably } from '../files/durable.ts';
import type { Layout } from '../files/layout.ts';
import { namesIn } from '../files/looking.ts';
import { orderedId } from '../files/ordered-id.ts';
import { writeOwnedFile } from '../files/owned-file.ts';
import { type Ownership, own } from '../files/ownership.ts';
import { type Manifest, readManifest, renderManifest } from './manifest.ts';

export interface Snapshot {
  readonly path: string;
  readonly manifest: Manifest;
}

const idPattern = /^(?<id>[0-9]{8}T[0-9]{9}Z-[0-9a-f]{8})\.(?<kind>db|json)$/;

/** The newest snapshot is the way back, and the last to go. */
export function nextSnapshotId(layout: Layout, now: Date, runId: string): string {
  return orderedId(now, runId, idsWith(layout, 'db').at(-1));
}

/** A file among the snapshots whose manifest is missing or damaged: it proves nothing, and stands in nobody's way. */
export interface UnusableSnapshot {
  readonly id: string;
  readonly path: string;
  readonly error: DrydockError;
}

export interface Catalog {
  /** Those with file and manifest, oldest first. */
  readonly snapshots: readonly Snapshot[];
  readonly unusable: readonly UnusableSnapshot[];
}

export function readCatalog(layout: Pick<Layout, 'snapshots'>): Catalog {
  const snapshots: Snapshot[] = [];
  const unusable: UnusableSnapshot[] = [];
  for (const id of idsWith(layout, 'db')) {
    const path = snapshotPath(layout, id);
    try {
      snapshots.push({ path, manifest: readManifest(manifestPath(layout, id)) });
    } catch (error) {
      if (!(error instanceof DrydockError)) throw error;
      unusable.push({ id, path, error });
    }
  }
  return { snapshots, unusable };
}

/** Every snapshot that can be used, oldest first. */
export function listSnapshots(layout: Pick<Layout, 'snapshots'>): readonly Snapshot[] {
  return readCatalog(layout).snapshots;
}

/**
 * @param prefix The whole id or a part of its beginning, or `latest`. What a restore put aside is never the latest one:
 *   the same command, given again, must go on with the same snapshot.
 * @throws {DrydockError} USAGE where none or several fit; PREFLIGHT where the one that fits has no sound manifest.
 */
export function findSnapshot(layout: Layout, prefix: string): Snapshot {
  // A variable that a script has not set: it would be the beginning of any.
  if (prefix === '')
    throw new DrydockError('USAGE', {
      what: 'The id of the snapshot is empty',
      state: 'Nothing was changed',
      next: 'See drydock snapshot list',
    });
  const { snapshots: all, unusable } = readCatalog(layout);
  const newest = all.findLast(({ manifest }) => manifest.reason !== 'replaced');
  if (prefix === 'latest' && newest !== undefined) return newest;
  const fitting = all.filter(({ manifest }) => manifest.id.startsWith(prefix));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  const damaged = unusable.find(({ id }) => id.startsWith(prefix));
  if (only === undefined && damaged !== undefined) throw damaged.error;
  throw new DrydockError('USAGE', {
    what: `${fitting.length === 0 ? 'No snapshot' : `More than one snapshot (${fitting.map(({ manifest }) => manifest.id).join(', ')})`} in ${layout.snapshots} has an id that begins with '${prefix}'`,
    state: 'Nothing was changed',
    next: 'See drydock snapshot list',
  });
}

/** The one of exactly this id, unless it or its manifest is gone or damaged. */
export function lookUpSnapshot(layout: Layout, id: string): Snapshot | undefined {
  return listSnapshots(layout).find(({ manifest }) => manifest.id === id);
}

export function snapshotPath(layout: Pick<Layout, 'snapshots'>, id: string): string {
  return join(layout.snapshots, `${id}.db`);
}

function manifestPath(layout: Pick<Layout, 'snapshots'>, id: string): string {
  return join(layout.snapshots, `${id}.json`);
}

/** Where a snapshot is while it is made; never taken for one. */
export function temporaryPath(layout: Layout, id: string): string {
  return join(layout.snapshots, `${id}.tmp`);
}

/** Makes a finished copy a snapshot. The manifest comes first: a snapshot is there when its file has its name. */
export function publishSnapshot(layout: Layout, manifest: Manifest, ownership: Ownership): Snapshot {
  const temporary = temporaryPath(layout, manifest.id);
  const path = snapshotPath(layout, manifest.id);
  own(temporary, ownership);
  writeManifest(layout, manifest, ownership);
  renameDurably(temporary, path);
  return { path, manifest };
}

export function writeManifest(layout: Layout, manifest: Manifest, ownership: Ownership): void {
  writeOwnedFile(manifestPath(layout, manifest.id), renderManifest(manifest), ownership);
}

/** Removes a snapshot, file first: what a crash leaves is a manifest without a file, which is no snapshot. */
export function removeSnapshot(layout: Layout, id: string): void {
  removeDurably(snapshotPath(layout, id));
  removeDurably(manifestPath(layout, id));
}

/** Removes what runs that were killed left half made. To be called under the lock between runners. */
export function removeLeftovers(layout: Layout): void {
  if (!existsSync(layout.snapshots)) return;
  for (const name of readdirSync(layout.snapshots)) {
    if (/\.tmp(-journal|-wal|-shm)?$/.test(name)) removeFile(join(layout.snapshots, name));
  }
  for (const id of idsWith(layout, 'json')) {
    if (!existsSync(snapshotPath(layout, id))) removeFile(manifestPath(layout, id));
  }
  fsyncDirectory(layout.snapshots);
}

function idsWith(layout: Pick<Layout, 'snapshots'>, kind: 'db' | 'json'): string[] {
  return namesIn(layout.snapshots)
    .flatMap((name) => {
      const groups = idPattern.exec(name)?.groups;
      return groups?.['kind'] === kind && groups['id'] !== undefined ? [groups['id']] : [];
    })
    .sort();
}
