/** What makes a volume unfit for a run, each found by reading alone: what a run refuses, and what doctor says beforehand. */
import { accessSync, constants, lstatSync, type Stats, statSync } from 'node:fs';
import { codeOf, DrydockError } from '../errors.ts';
import type { Layout } from '../files/layout.ts';
import { moveAway, thisUser } from '../files/looking.ts';
import { isMountPoint, networkFileSystem } from '../files/volume.ts';
import type { SpaceEstimate } from './outcome.ts';
import { describeBytes } from './words.ts';

/** What is not sure to work, and yet allowed in the config. */
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

/** What of its own a run must be able to use, and what has to stand there; what SQLite makes of its files it says itself. */
type Kind = 'folder' | 'file' | 'of SQLite';

/** What this user may not read and write of what a run must; what is not there yet is left out. */
export function accessProblems(layout: Layout): DrydockError[] {
  const { directory, database, work, snapshots, runnerLock, runJournal, owner } = layout;
  const all: readonly (readonly [path: string, kind: Kind])[] = [
    [directory, 'folder'],
    [database, 'of SQLite'],
    [work, 'folder'],
    [snapshots, 'folder'],
    [`${database}-wal`, 'of SQLite'],
    [`${database}-shm`, 'of SQLite'],
    [`${database}-journal`, 'of SQLite'],
    [runnerLock, 'file'],
    [runJournal, 'file'],
    [owner, 'file'],
  ];
  return all.flatMap(([path, kind]) => accessProblem(path, kind) ?? []);
}

function accessProblem(path: string, kind: Kind): DrydockError | undefined {
  const stats = statOf(path);
  if (stats === undefined) return undefined;
  if (stats === 'leads nowhere') return refusal(`${path} is a symbolic link that leads nowhere`, moveAway);
  if (kind === 'folder' && !stats.isDirectory()) {
    return refusal(`${path} is not a directory, and Drydock keeps its own files in one of that name`, moveAway);
  }
  if (kind === 'file' && !stats.isFile()) {
    return refusal(`${path} is not a file, and Drydock keeps one of its own under that name`, moveAway);
  }
  try {
    accessSync(path, constants.R_OK | constants.W_OK | (kind === 'folder' ? constants.X_OK : 0));
    return undefined;
  } catch (error) {
    return refusal(
      `${thisUser()} may not read and write ${path} (${codeOf(error)})`,
      'Give it the permission, or run as the owner; check that the volume is not mounted read-only',
    );
  }
}

/** Undefined where nothing is there. */
function statOf(path: string): Stats | 'leads nowhere' | undefined {
  if (!isSeen(path)) return undefined;
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? 'leads nowhere';
  } catch (error) {
    if (codeOf(error) === 'ELOOP') return 'leads nowhere';
    throw error;
  }
}

/** What is in a folder that may not be entered, or is none, is not seen: the folder is the problem, and named as one. */
function isSeen(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (['EACCES', 'ENOTDIR', 'ELOOP'].includes(codeOf(error))) return false;
    throw error;
  }
}

export function spaceProblem({ directory }: Layout, estimate: SpaceEstimate): DrydockError | undefined {
  const { freeBytes, neededBytes, databaseBytes } = estimate;
  if (freeBytes >= neededBytes) return undefined;
  return refusal(
    `${directory} has ${describeBytes(freeBytes)} free, and this run needs about ${describeBytes(neededBytes)} for its copies and SQLite's journal (the database is ${describeBytes(databaseBytes)})`,
    'Free space on the volume (drydock snapshot prune removes old snapshots) or make it larger, and run again',
  );
}

function refusal(what: string, next: string): DrydockError {
  return new DrydockError('PREFLIGHT', { what, state: 'Nothing was changed', next });
}
