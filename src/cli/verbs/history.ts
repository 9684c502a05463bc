import { historyOf, readRange } from '../../api/history.ts';
import type { Config } from '../../config/config.ts';
import { visible } from '../../visible.ts';
import { revisionEntry, revisionLine } from '../alembic-text.ts';
import type { Output } from '../print.ts';

export interface HistoryFlags {
  readonly revRange?: string;
  readonly indicateCurrent?: true;
  readonly verbose?: true;
}

export async function history(config: Config, flags: HistoryFlags): Promise<Output> {
  const { revRange = ':', indicateCurrent, verbose } = flags;
  const range = readRange(config, revRange, indicateCurrent ? 'the database' : 'the files');
  const { graph, revisions, state } = range;
  const marked = indicateCurrent ? (state?.current ?? []) : [];
  const texts = revisions.map((revision) =>
    verbose
      ? revisionEntry(graph, revision, marked)
      : revisionLine(graph, revision, { parents: true, labels: true, shape: true, message: true }, marked),
  );
  const nothing =
    graph.revisions.length === 0
      ? `There are no revisions in ${config.migrations}`
      : `No revision is in the range ${revRange}`;
  return {
    data: { ...historyOf(range) },
    text: texts.length === 0 ? visible(nothing) : texts.join(verbose ? '\n\n' : '\n'),
  };
}
