/** The last data of a database that was replaced by another one. Retention keeps it for a while, whatever its policy. */
import type { Snapshot } from './catalog.ts';
import { traceOf } from './trace.ts';

const keptForMs = 30 * 24 * 60 * 60 * 1000;

/**
 * The newest snapshot with rows that shares no run with the file and was not taken by a run of the file; undefined if
 * there is none, it is older than 30 days, or the database was begun anew since.
 *
 * @param snapshots Oldest first.
 * @param runs Run ids in the history of the file. If empty, nothing distinguishes the file from another one.
 * @param begun When the database was begun anew, ISO 8601.
 * @param nowMs Milliseconds since the epoch.
 */
export function lastOfEndedLife(
  snapshots: readonly Snapshot[],
  runs: ReadonlySet<string>,
  begun: string | undefined,
  nowMs: number,
): Snapshot | undefined {
  return snapshots.findLast((snapshot) => {
    const { createdAt, runId, integrity } = snapshot.manifest;
    const isOver = createdAt <= (begun ?? '') || nowMs - Date.parse(createdAt) > keptForMs;
    if (isOver || integrity !== 'ok' || runs.has(runId)) return false;
    const trace = traceOf(snapshot);
    if (trace === undefined || !trace.hasRows) return false;
    return trace.lastRun === null ? runs.size > 0 : !runs.has(trace.lastRun);
  });
}
