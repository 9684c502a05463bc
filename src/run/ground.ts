/** What makes a volume unfit for a run, each found by reading alone: what a run refuses, and what doctor says beforehand. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { codeOf, DrydockError } from '../errors.ts';
import type { Layout } from '../files/layout.ts';
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

/** What this user may not read and write of what a run must; what is not there yet is left out. */
export function accessProblems({ directory, database, work, snapshots }: Layout): DrydockError[] {
  return [directory, database, work, snapshots]
    .filter((path) => existsSync(path))
    .flatMap((path) => accessProblem(path, constants.R_OK | constants.W_OK | (path === database ? 0 : constants.X_OK)));
}

function accessProblem(path: string, mode: number): DrydockError[] {
  const isFolder = (mode & constants.X_OK) !== 0;
  if (isFolder && !statSync(path).isDirectory()) {
    return [
      refusal(
        `${path} is not a directory, and Drydock keeps its own files in one of that name`,
        'Find out what made it and move it away',
      ),
    ];
  }
  try {
    accessSync(path, mode);
    return [];
  } catch (error) {
    return [
      refusal(
        `This user (uid ${process.getuid?.()}) may not read and write ${path} (${codeOf(error)})`,
        'Give it the permission, or run as the owner; check that the volume is not mounted read-only',
      ),
    ];
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
