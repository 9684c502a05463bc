/** Which run came after which. When one began says nothing of that: it may have waited for the lock. ISO 8601, UTC. */
import type { RunRecord } from './run-record.ts';

export function endedAt({ startedAt, durationMs }: Pick<RunRecord, 'startedAt' | 'durationMs'>): string {
  return later(startedAt, durationMs);
}

/** When it got the lock between runners: all that it found and did came after that. */
export function lockedAt({ startedAt, phases }: Pick<RunRecord, 'startedAt' | 'phases'>): string {
  const lock = phases.find(({ phase, failed }) => phase === 'lock' && !failed);
  return later(startedAt, lock === undefined ? 0 : lock.startMs + lock.durationMs);
}

function later(instant: string, milliseconds: number): string {
  return new Date(Date.parse(instant) + milliseconds).toISOString();
}
