/** Checks before anything is locked or changed: reads only. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Layout } from '../files/layout.ts';
import { freeBytes } from '../files/volume.ts';
import { type InMemory, inEngine } from '../shadow/replay.ts';
import type { RunContext } from './context.ts';
import type { Copies, SpaceEstimate } from './outcome.ts';
import {
  accessProblems,
  linksProblem,
  mountProblem,
  networkProblem,
  snapshotsProblem,
  spaceProblem,
} from './preflight-checks.ts';

/** @throws {DrydockError} PREFLIGHT if the volume cannot support the guarantees of a run. */
export function inspectGround({ layout, request, observer }: RunContext): void {
  const network = networkProblem(layout, request.config.allowNetworkFilesystem);
  if (network instanceof Error) throw network;
  if (network !== undefined) observer({ kind: 'warning', message: network.warning });
  const [problem] = [mountProblem(layout) ?? [], accessProblems(layout), snapshotsProblem(layout) ?? []].flat();
  if (problem !== undefined) throw problem;
}

/**
 * Loads what `sqlite_extensions` names in a process that opens no database.
 * @throws {DrydockError} USAGE if it cannot be loaded.
 */
export async function requireExtensions(around: InMemory): Promise<void> {
  if (around.extensions.length === 0) return;
  try {
    await inEngine('load', { steps: [] }, around);
  } catch (error) {
    // The death of the process is the consequence of the stop.
    throw around.stop?.aborted ? around.stop.reason : error;
  }
}

/** For commands that change the database: if killed midway, they leave a journal under only one of the names. */
export function warnOfLinks({ layout, observer }: RunContext): void {
  const stats = statSync(layout.database, { throwIfNoEntry: false });
  const problem = stats && linksProblem(layout, stats);
  if (problem !== undefined) observer({ kind: 'warning', message: `${problem.what}. ${problem.next}` });
}

const reserveBytes = 1024 * 1024;

/**
 * What a run needs on each volume, and what is free.
 * @param becomesBytes The future size of the database, if it is known and may exceed the present one.
 */
export function estimateSpace(layout: Layout, copies: Copies, becomesBytes = 0): SpaceEstimate {
  const { database, directory } = layout;
  const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const databaseBytes = Math.max(sizeOf(database) + sizeOf(`${database}-wal`), becomesBytes);
  const needed = (times: number) => times * databaseBytes + reserveBytes;
  const elsewhere = snapshotVolume(layout);
  if (elsewhere === undefined) {
    return { databaseBytes, neededBytes: needed(copies.all), freeBytes: freeBytes(directory) };
  }
  return {
    databaseBytes,
    neededBytes: needed(copies.all - copies.snapshots),
    freeBytes: freeBytes(directory),
    snapshots: { neededBytes: needed(copies.snapshots), freeBytes: freeBytes(elsewhere) },
  };
}

/** A folder on the volume of the snapshots, if that is not the volume of the database. */
function snapshotVolume({ directory, snapshots }: Layout): string | undefined {
  const stats =
    statSync(snapshots, { throwIfNoEntry: false }) ?? statSync(dirname(snapshots), { throwIfNoEntry: false });
  if (stats === undefined || stats.dev === statSync(directory).dev) return undefined;
  return statSync(snapshots, { throwIfNoEntry: false }) === undefined ? dirname(snapshots) : snapshots;
}

/**
 * As {@link estimateSpace}.
 * @throws {DrydockError} PREFLIGHT if a run would probably fill the volume.
 */
export function requireSpace({ layout }: RunContext, copies: Copies, becomesBytes = 0): SpaceEstimate {
  const estimate = estimateSpace(layout, copies, becomesBytes);
  const problem = spaceProblem(layout, estimate);
  if (problem !== undefined) throw problem;
  return estimate;
}
