/** What can be found out before anything is locked or changed: reads only. */
import { statSync } from 'node:fs';
import type { Layout } from '../files/layout.ts';
import { freeBytes } from '../files/volume.ts';
import { buildGraph, type RevisionGraph } from '../revisions/graph.ts';
import { loadRevisions } from '../revisions/load.ts';
import type { RunContext } from './context.ts';
import { accessProblems, mountProblem, networkProblem, spaceProblem } from './ground.ts';
import type { SpaceEstimate } from './outcome.ts';

/**
 * The revisions as one consistent graph.
 * @param recorded As in {@link loadRevisions}.
 * @throws {DrydockError} USAGE naming the file and line.
 */
export function loadGraph(migrations: string, recorded?: ReadonlySet<string>): RevisionGraph {
  return buildGraph(loadRevisions(migrations, recorded));
}

/**
 * @throws {DrydockError} PREFLIGHT where the ground is not one on which the promises can be kept.
 */
export function inspectGround({ layout, request, observer }: RunContext): void {
  const network = networkProblem(layout, request.config.allowNetworkFilesystem);
  if (network instanceof Error) throw network;
  if (network !== undefined) observer({ kind: 'warning', message: network.warning });
  const [problem] = [mountProblem(layout) ?? [], accessProblems(layout)].flat();
  if (problem !== undefined) throw problem;
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
export function requireSpace({ layout }: RunContext, copies: number, becomesBytes = 0): SpaceEstimate {
  const estimate = estimateSpace(layout, copies, becomesBytes);
  const problem = spaceProblem(layout, estimate);
  if (problem !== undefined) throw problem;
  return estimate;
}
