import { existsSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { loadRevisions } from './files/load.ts';
import { buildGraph, type RevisionGraph } from './graph/graph.ts';
import { noRevisions } from './no-revisions.ts';

/**
 * The revisions of a folder as one consistent graph.
 * @param recorded As in {@link loadRevisions}.
 * @throws {DrydockError} USAGE naming the file and line.
 */
export function loadGraph(migrations: string, recorded?: ReadonlySet<string>): RevisionGraph {
  return buildGraph(loadRevisions(migrations, recorded));
}

/** Like {@link loadGraph}, for callers that also have something to say without revisions. Undefined without the folder. */
export function loadGraphIfThere(migrations: string): RevisionGraph | undefined {
  return existsSync(migrations) ? loadGraph(migrations) : undefined;
}

/**
 * Like {@link loadGraph}, for callers that run revisions or judge a database by them. A folder without revisions is hardly
 * ever the right one, and would let an application start on an outdated schema.
 * @throws {DrydockError} USAGE, also if there is no revision and the config does not allow that.
 */
export function loadGraphToRun(
  { migrations, noRevisions: none }: Pick<Config, 'migrations' | 'noRevisions'>,
  recorded?: ReadonlySet<string>,
): RevisionGraph {
  const graph = loadGraph(migrations, recorded);
  if (graph.revisions.length === 0 && none === 'refused') throw noRevisions(migrations);
  return graph;
}
