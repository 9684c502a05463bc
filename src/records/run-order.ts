/** Times by which runs can be ordered. Start times do not order them: a run may have waited for the lock. */
import type { RunRecord } from './run-record.ts';

/** ISO 8601, UTC. */
export function endedAt({ startedAt, durationMs }: Pick<RunRecord, 'startedAt' | 'durationMs'>): string {
  return later(startedAt, durationMs);
}

/** When the run got the lock between runs, ISO 8601, UTC: everything that it found and did came later. */
export function lockedAt({ startedAt, phases }: Pick<RunRecord, 'startedAt' | 'phases'>): string {
  const lock = phases.find(({ phase, failed }) => phase === 'lock' && !failed);
  return later(startedAt, lock === undefined ? 0 : lock.startMs + lock.durationMs);
}

function later(instant: string, milliseconds: number): string {
  return new Date(Date.parse(instant) + milliseconds).toISOString();
}
