import type { Config } from '../config/config.ts';
import { layoutFor } from '../files/layout.ts';
import { branchHeads } from '../revisions/graph/branches.ts';
import { buildGraph, partByFiles } from '../revisions/graph/graph.ts';
import { loadGraphIfThere } from '../revisions/load-graph.ts';
import { type DatabaseState, readAppliedFrom } from '../revisions/read-state.ts';
import { requireClosedHere } from './in-program.ts';
import type { FoundRevisions } from './revisions.ts';

export interface CurrentReport {
  readonly database: string;
  /** The rows of `alembic_version`; empty at base. */
  readonly current: readonly string[];
  /** The heads among the files. */
  readonly heads: readonly string[];
  /** True if all heads are applied, and no revision that the files lack; false without the folder of the files. */
  readonly atHeads: boolean;
  readonly missingHeads: readonly string[];
  /** Rows that no file has: the database is newer than the files. */
  readonly unknown: readonly string[];
}

/**
 * The revision that the database is at.
 *
 * This process must not have the database open: see docs/library.md.
 *
 * @throws {DrydockError} USAGE if there is no database, or a revision file is invalid; DAMAGED_BEFORE, BUSY.
 * @example
 * const { atHeads } = await current(config);
 * if (!atHeads) console.log('drydock upgrade is needed');
 */
export async function current(config: Config): Promise<CurrentReport> {
  return readCurrent(config).report;
}

/**
 * What {@link current} reports, with the revisions to print: as in Alembic, including heads that others depend on,
 * which have no row.
 */
export function readCurrent(config: Config): FoundRevisions & { readonly report: CurrentReport } {
  requireClosedHere(config);
  const { database } = layoutFor(config);
  const found = loadGraphIfThere(config.migrations);
  const graph = found ?? buildGraph([]);
  const applied = readAppliedFrom(database);
  const { known } = partByFiles(graph, applied.current);
  const revisions = branchHeads(graph, graph.ancestors(known)).flatMap((id) => graph.get(id) ?? []);
  const report = currentOf({ database, graph, applied });
  return { report: found === undefined ? { ...report, atHeads: false } : report, graph, revisions };
}

export function currentOf({ database, graph, applied }: DatabaseState): CurrentReport {
  const { known, unknown } = partByFiles(graph, applied.current);
  const reached = graph.ancestors(known);
  const missingHeads = graph.heads.filter((id) => !reached.has(id));
  const atHeads = missingHeads.length === 0 && unknown.length === 0;
  return { database, current: applied.current, heads: graph.heads, atHeads, missingHeads, unknown };
}
