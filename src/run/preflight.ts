/** What can be found out before anything is locked or changed: reads only. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { codeOf, DrydockError } from '../errors.ts';
import type { Layout } from '../files/layout.ts';
import { freeBytes, isMountPoint, networkFileSystem } from '../files/volume.ts';
import { buildGraph, type RevisionGraph } from '../revisions/graph.ts';
import { loadRevisions } from '../revisions/load.ts';
import type { RunContext } from './context.ts';
import type { SpaceEstimate } from './outcome.ts';
import { describeBytes } from './words.ts';

/**
 * The revisions as one consistent graph.
 * @throws {DrydockError} USAGE naming the file and line.
 */
export function loadGraph(migrations: string): RevisionGraph {
  return buildGraph(loadRevisions(migrations));
}

/**
 * @throws {DrydockError} PREFLIGHT where the ground is not one on which the promises can be kept.
 */
export function inspectGround(context: RunContext): void {
  const { database, directory, work, snapshots } = context.layout;
  refuseNetworkFileSystem(context);
  if (isMountPoint(database)) {
    throw refuse(
      `${database} is mounted into this container as a single file: its locks, its -wal and its -journal would stand in a directory that no other container sees`,
      'Mount the directory that holds the database, not the file',
    );
  }
  for (const path of [directory, database, work, snapshots].filter((it) => existsSync(it))) {
    requireAccess(path, constants.R_OK | constants.W_OK | (path === database ? 0 : constants.X_OK));
  }
}

function requireAccess(path: string, mode: number): void {
  try {
    accessSync(path, mode);
  } catch (error) {
    throw refuse(
      `This user (uid ${process.getuid?.()}) may not read and write ${path} (${codeOf(error)})`,
      'Give it the permission, or run as the owner; check that the volume is not mounted read-only',
    );
  }
}

function refuseNetworkFileSystem(context: RunContext): void {
  const kind = networkFileSystem(context.layout.directory);
  if (kind === undefined) return;
  if (context.request.config.allowNetworkFilesystem) {
    context.observer({
      kind: 'warning',
      message: `${context.layout.directory} is on ${kind}; allowed by allow_network_filesystem`,
    });
    return;
  }
  throw refuse(
    `${context.layout.directory} is on ${kind}, where file locks cannot be relied on`,
    'Put the database on a local volume, or set allow_network_filesystem: true in the config if you know that its locks work',
  );
}

const reserveBytes = 1024 * 1024;

/**
 * What a run needs of the volume, and what there is.
 * @param copies How many times its size the run may need.
 * @param becomesBytes What the database is about to become, where that is known and may be more than it is.
 */
export function estimateSpace({ database, directory }: Layout, copies: number, becomesBytes = 0): SpaceEstimate {
  const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const databaseBytes = Math.max(sizeOf(database) + sizeOf(`${database}-wal`), becomesBytes);
  return { databaseBytes, neededBytes: copies * databaseBytes + reserveBytes, freeBytes: freeBytes(directory) };
}

/**
 * As {@link estimateSpace}.
 * @throws {DrydockError} PREFLIGHT where a run would probably fill the volume.
 */
export function requireSpace(context: RunContext, copies: number, becomesBytes = 0): SpaceEstimate {
  const { directory } = context.layout;
  const estimate = estimateSpace(context.layout, copies, becomesBytes);
  if (estimate.freeBytes < estimate.neededBytes) {
    throw refuse(
      `${directory} has ${describeBytes(estimate.freeBytes)} free, and this run needs about ${describeBytes(estimate.neededBytes)} for its copies and SQLite's journal (the database is ${describeBytes(estimate.databaseBytes)})`,
      'Free space on the volume (drydock snapshot prune removes old snapshots) or make it larger, and run again',
    );
  }
  return estimate;
}

function refuse(what: string, next: string): DrydockError {
  return new DrydockError('PREFLIGHT', { what, state: 'Nothing was changed', next });
}
