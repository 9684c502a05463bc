/** What the reading verbs start from: the revisions, and what the database records as applied. Writes nothing. */
import type { Config } from '../config/config.ts';
import { withReader } from '../files/database-reader.ts';
import { layoutFor } from '../files/layout.ts';
import { type Applied, readApplied } from './applied-tables.ts';
import type { RevisionGraph } from './graph/graph.ts';
import { loadGraph } from './load-graph.ts';

export interface DatabaseState {
  /** Real path of the database. */
  readonly database: string;
  readonly graph: RevisionGraph;
  readonly applied: Applied;
}

export function readState(config: Config): DatabaseState {
  const { database } = layoutFor(config);
  const graph = loadGraph(config.migrations);
  return { database, graph, applied: readAppliedFrom(database) };
}

export function readAppliedFrom(database: string): Applied {
  return withReader(database, readApplied);
}
