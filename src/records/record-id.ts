import type { RunRecord } from './run-record.ts';

/** What the files of a run are called: when it began, so that names sort by it, and the beginning of its id. */
export function recordId({ startedAt, runId }: Pick<RunRecord, 'startedAt' | 'runId'>): string {
  return `${startedAt.replace(/[-:.]/g, '')}-${runId.replaceAll('-', '').slice(0, 8)}`;
}
