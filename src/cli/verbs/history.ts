import { existsSync } from 'node:fs';
import type { Config } from '../../config/config.ts';
import { requireKnown } from '../../revisions/graph.ts';
import { selectRange, speaksOfCurrent } from '../../revisions/range.ts';
import { loadGraph } from '../../run/preflight.ts';
import { readState } from '../../run/read-state.ts';
import type { Output } from '../print.ts';
import { describeRevision } from '../revision-data.ts';
import { revisionEntry, revisionLine } from '../revision-text.ts';

export interface HistoryFlags {
  readonly revRange?: string;
  readonly indicateCurrent?: true;
  readonly verbose?: true;
}

/**
 * `revisions`: newest first; `applied` and `current` are null where there is no database yet. `runs`: the rows of
 * `drydock_history`, oldest first.
 */
export async function history(config: Config, flags: HistoryFlags): Promise<Output> {
  const { revRange = ':', indicateCurrent, verbose } = flags;
  const needed = indicateCurrent === true || speaksOfCurrent(revRange);
  // Without a database there are still the files to list, as in a new project.
  const state = needed || existsSync(config.database) ? readState(config) : undefined;
  const graph = state?.graph ?? loadGraph(config.migrations);
  const rows = state?.applied.current ?? [];
  if (speaksOfCurrent(revRange)) requireKnown(graph, rows);
  const known = rows.filter((id) => graph.get(id) !== undefined);
  const applied = graph.ancestors(known);
  const revisions = selectRange(graph, revRange, known).toReversed();
  const marked = indicateCurrent ? rows : [];
  const texts = revisions.map((revision) =>
    verbose
      ? revisionEntry(graph, revision, marked)
      : revisionLine(graph, revision, { parents: true, labels: true, shape: true, message: true }, marked),
  );
  return {
    data: {
      revisions: revisions.map((revision) => ({
        ...describeRevision(graph, revision),
        applied: state === undefined ? null : applied.has(revision.id),
        current: state === undefined ? null : rows.includes(revision.id),
      })),
      runs: state?.applied.history ?? [],
    },
    text: texts.length === 0 ? `There are no revisions in ${config.migrations}` : texts.join(verbose ? '\n\n' : '\n'),
  };
}
