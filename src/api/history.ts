import { existsSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import type { HistoryRow } from '../revisions/applied-tables.ts';
import { partByFiles, requireKnown } from '../revisions/graph/graph.ts';
import { selectRange, speaksOfCurrent } from '../revisions/graph/range.ts';
import { loadGraph } from '../revisions/load-graph.ts';
import { readState } from '../revisions/read-state.ts';
import { requireClosedHere } from './in-program.ts';
import { describeRevision, type RevisionSummary } from './revision-data.ts';
import type { FoundRevisions } from './revisions.ts';

export interface HistoryReport {
  /** Newest first. */
  readonly revisions: readonly HistoryEntry[];
  /** The rows of `drydock_history`, oldest first. */
  readonly runs: readonly HistoryRow[];
}

/** `applied` and `current` are null if there is no database yet. */
export interface HistoryEntry extends RevisionSummary {
  readonly applied: boolean | null;
  readonly current: boolean | null;
}

/** The data of a history. */
export interface RevisionRange extends FoundRevisions {
  /** Undefined if there is no database yet. */
  readonly state: { readonly current: readonly string[]; readonly runs: readonly HistoryRow[] } | undefined;
}

/**
 * The revisions, newest first, and what was run.
 * @param range `[start]:[end]`, such as `-3:` or `base:current`.
 * @throws {DrydockError} as `current` does.
 * @example
 * const { revisions, runs } = await history(config, '-3:');
 * console.log(revisions.map(({ id }) => id), runs.at(-1)?.startedAt);
 */
export async function history(config: Config, range = ':'): Promise<HistoryReport> {
  return historyOf(readRange(config, range, 'the files'));
}

/** @param needs Whether there must be a database even if the range does not refer to it. */
export function readRange(config: Config, range: string, needs: 'the database' | 'the files'): RevisionRange {
  requireClosedHere(config);
  const needed = needs === 'the database' || speaksOfCurrent(range);
  // Without a database, as in a new project, the files can still be listed.
  const state = needed || existsSync(config.database) ? readState(config) : undefined;
  const graph = state?.graph ?? loadGraph(config.migrations);
  const current = state?.applied.current ?? [];
  if (speaksOfCurrent(range)) requireKnown(graph, current);
  const { known } = partByFiles(graph, current);
  return {
    graph,
    revisions: selectRange(graph, range, known).toReversed(),
    state: state && { current, runs: state.applied.history },
  };
}

export function historyOf({ graph, revisions, state }: RevisionRange): HistoryReport {
  const { known } = partByFiles(graph, state?.current ?? []);
  const applied = graph.ancestors(known);
  return {
    revisions: revisions.map((revision) => ({
      ...describeRevision(graph, revision),
      applied: state === undefined ? null : applied.has(revision.id),
      current: state === undefined ? null : state.current.includes(revision.id),
    })),
    runs: state?.runs ?? [],
  };
}
