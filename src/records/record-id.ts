import { endedAt } from './moments.ts';
import type { RunRecord } from './run-record.ts';

/** What the files of a run are called: when it ended, so that names sort by it, and the beginning of its id. */
export function recordId(run: Pick<RunRecord, 'startedAt' | 'durationMs' | 'runId'>): string {
  return `${endedAt(run).replace(/[-:.]/g, '')}-${run.runId.replaceAll('-', '').slice(0, 8)}`;
}
