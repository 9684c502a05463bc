/** What makes a volume unfit for a run, found by reading alone: a run refuses it, and doctor reports it beforehand. */
import { accessSync, constants, lstatSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf, DrydockError } from '../errors.ts';
import { isThere, namesSeenIn, permissionDenied } from '../files/access.ts';
import { type Layout, snapshotsBeside, workFiles } from '../files/layout.ts';
import { folderProblem, notOurFolder } from '../files/owned-folder.ts';
import { companionsOf, misplaced } from '../files/place.ts';
import { isMountPoint, networkFileSystem } from '../files/volume.ts';
import { describeBytes, plural } from '../format.ts';
import { isRecordName } from '../records/store.ts';
import { isSnapshotName, listSnapshots } from '../snapshots/catalog.ts';
import type { SpaceEstimate } from './outcome.ts';

/** Risks that the config has accepted. */
export interface Allowed {
  readonly warning: string;
}

/** @param allowed `allow_network_filesystem` of the config. */
export function networkProblem({ directory }: Layout, allowed: boolean): DrydockError | Allowed | undefined {
  const kind = networkFileSystem(directory);
  if (kind === undefined) return undefined;
  if (allowed) return { warning: `${directory} is on ${kind}; allowed by allow_network_filesystem` };
  return refusal(
    `${directory} is on ${kind}, where file locks cannot be relied on`,
    'Put the database on a local volume, or set allow_network_filesystem: true in the config if you know that its locks work',
  );
}

export function mountProblem({ database }: Layout): DrydockError | undefined {
  if (!isMountPoint(database)) return undefined;
  return refusal(
    `${database} is mounted into this container as a single file: its locks, its -wal and its -journal would stand in a directory that no other container sees`,
    'Mount the directory that holds the database, not the file',
  );
}

/** A snapshots folder named in the config must belong to this database alone: retention would remove another's snapshots. */
export function snapshotsProblem({ database, snapshots }: Layout): DrydockError | undefined {
  if (snapshots === snapshotsBeside(database)) return undefined;
  if (!isThere(dirname(snapshots))) {
    return refusal(
      `The folder for the snapshots, ${snapshots}, cannot be made: there is no ${dirname(snapshots)}`,
      'Check snapshots.directory in the config, and in a container that the volume is mounted',
    );
  }
  const other = otherDatabaseIn(snapshots, database);
  if (other === undefined) return undefined;
  return refusal(
    `${snapshots} has snapshots of another database, ${other}`,
    `Give each database a folder of its own: set snapshots.directory for ${database} to another one`,
  );
}

function otherDatabaseIn(snapshots: string, database: string): string | undefined {
  const ours = statSync(database, { throwIfNoEntry: false });
  const named = new Set(listSnapshots({ snapshots }).map(({ manifest }) => manifest.database));
  return [...named].find((path) => {
    // An inaccessible one may be another database, and a run removes snapshots that it does not keep.
    if (path === database || !isThere(path)) return false;
    const stats = statSync(path);
    return stats.dev !== ours?.dev || stats.ino !== ours.ino;
  });
}

/** The files of its own that a run must be able to use, with their types. SQLite reports problems with its own files. */
type Kind = 'folder' | 'folder of ours' | 'file' | 'of SQLite';

/** The paths that a run must read and write and this user cannot; missing ones are left out. */
export function accessProblems(layout: Layout): DrydockError[] {
  const { directory, database, work, snapshots, runs, runnerLock, runJournal, untold, owner } = layout;
  const all: readonly (readonly [path: string, kind: Kind])[] = [
    [directory, 'folder'],
    [database, 'of SQLite'],
    [work, 'folder of ours'],
    [snapshots, 'folder of ours'],
    ...companionsOf(database).map((path) => [path, 'of SQLite'] as const),
    [runnerLock, 'file'],
    [runJournal, 'file'],
    [untold, 'file'],
    [owner, 'file'],
  ];
  const { uid } = statSync(database, { throwIfNoEntry: false }) ?? statSync(directory);
  const found = [
    ...all.flatMap(([path, kind]) => accessProblem(path, kind, uid, directory) ?? []),
    ...recordsProblem(runs, uid),
  ];
  // The content of an unusable folder cannot be seen.
  return found.length > 0 ? found : filesOfOurs(layout).flatMap((path) => misplaced(path, 'Drydock') ?? []);
}

/**
 * @param owner Uid of the owner of the database.
 * @param directory That of the database: a read-only volume is its problem, and not also that of each file in it.
 */
function accessProblem(path: string, kind: Kind, owner: number, directory: string): DrydockError | undefined {
  if (!isSeen(path)) return undefined;
  const isFolder = kind === 'folder' || kind === 'folder of ours';
  if (!isFolder) {
    const problem = misplaced(path, kind === 'file' ? 'Drydock' : 'SQLite');
    if (problem !== undefined) return problem;
  }
  if (kind === 'folder of ours') {
    const why = folderProblem(path, owner);
    if (why !== undefined) return notOurFolder(path, why);
  }
  try {
    accessSync(path, constants.R_OK | constants.W_OK | (isFolder ? constants.X_OK : 0));
    return undefined;
  } catch (error) {
    // Another writer has ended its transaction, and its journal is gone since the check.
    if (codeOf(error) === 'ENOENT') return undefined;
    if (codeOf(error) !== 'EROFS') {
      return refusal(
        `${permissionDenied()}: cannot read and write ${path} (${codeOf(error)})`,
        'Give it the permission, or run as the owner',
      );
    }
    if (path.startsWith(`${directory}/`) && isReadOnlyVolume(directory)) return undefined;
    return refusal(
      `${path} is on a volume that is mounted read-only (EROFS)`,
      'Mount it writable; a change of permissions does not help',
    );
  }
}

function isReadOnlyVolume(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return false;
  } catch (error) {
    return codeOf(error) === 'EROFS';
  }
}

/** A run goes on without a record, but must not be led elsewhere by that folder. */
function recordsProblem(runs: string, owner: number): DrydockError[] {
  if (!isSeen(runs) || lstatSync(runs).isFile()) return [];
  const why = folderProblem(runs, owner);
  return why === undefined ? [] : [notOurFolder(runs, why)];
}

/** Every entry with a name that Drydock gives to its files and removes files by. */
function filesOfOurs(layout: Layout): string[] {
  const { work, snapshots, runs } = layout;
  const inFolder = (folder: string, isOurs: (name: string) => boolean) =>
    namesSeenIn(folder).flatMap((name) => (isOurs(name) ? [join(folder, name)] : []));
  const names = new Set(workFiles(layout).map((path) => basename(path)));
  return [
    ...inFolder(work, (name) => names.has(name.replace(/\.tmp$/, ''))),
    ...inFolder(runs, isRecordName),
    ...inFolder(snapshots, isSnapshotName),
  ];
}

/**
 * If the folder cannot be entered or is not a folder, its content is not seen: the folder itself is reported as the
 * problem.
 */
function isSeen(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (['EACCES', 'ENOTDIR', 'ELOOP'].includes(codeOf(error))) return false;
    throw error;
  }
}

export function spaceProblem(layout: Layout, estimate: SpaceEstimate): DrydockError | undefined {
  const { directory, snapshots } = layout;
  const volumes = [
    { folder: directory, ...estimate },
    ...(estimate.snapshots === undefined ? [] : [{ folder: snapshots, ...estimate.snapshots }]),
  ];
  const full = volumes.find(({ freeBytes, neededBytes }) => freeBytes < neededBytes);
  if (full === undefined) return undefined;
  const needs = full.folder === snapshots ? 'its snapshot' : "its copies and SQLite's journal";
  return refusal(
    `${full.folder} has ${describeBytes(full.freeBytes)} free, and this run needs about ${describeBytes(full.neededBytes)} for ${needs} (the database is ${describeBytes(estimate.databaseBytes)})`,
    'Free space on the volume (`drydock snapshot prune` removes old snapshots) or make it larger, and run again',
  );
}

/** SQLite looks for a journal by the name that it opened: under another name it would miss it and damage the file. */
export function linksProblem({ database }: Layout, { nlink }: { readonly nlink: bigint | number }) {
  if (Number(nlink) === 1) return undefined;
  return {
    what: `${database} has ${plural(Number(nlink), 'name')} (hard links); a program that opens it by another one looks for its journal in the wrong place`,
    next: 'Remove the other names (find -samefile lists them)',
  };
}

function refusal(what: string, next: string): DrydockError {
  return new DrydockError('PREFLIGHT', { what, state: 'Nothing was changed', next });
}

/** A fragment, not a sentence yet. */
export function describeSpace({ neededBytes, freeBytes, snapshots }: SpaceEstimate): string {
  const beside = `the run needs about ${describeBytes(neededBytes)}, and ${describeBytes(freeBytes)} are free`;
  if (snapshots === undefined) return beside;
  return `${beside}; for its snapshot about ${describeBytes(snapshots.neededBytes)}, and ${describeBytes(snapshots.freeBytes)} are free there`;
}
