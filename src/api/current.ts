import { partByFiles } from '../revisions/graph/graph.ts';
import type { DatabaseState } from '../revisions/read-state.ts';

export interface CurrentReport {
  readonly database: string;
  /** The rows of `alembic_version`; empty at base. */
  readonly current: readonly string[];
  /** Among the files. */
  readonly heads: readonly string[];
  /** All of those are applied, and nothing that the files do not know. */
  readonly atHeads: boolean;
  readonly missingHeads: readonly string[];
  /** Rows that no file has: the database is newer than the files. */
  readonly unknown: readonly string[];
}

export function currentOf({ database, graph, applied }: DatabaseState): CurrentReport {
  const { known, unknown } = partByFiles(graph, applied.current);
  const reached = graph.ancestors(known);
  const missingHeads = graph.heads.filter((id) => !reached.has(id));
  const atHeads = missingHeads.length === 0 && unknown.length === 0;
  return { database, current: applied.current, heads: graph.heads, atHeads, missingHeads, unknown };
}
