import type { Life } from '../events.ts';
import type { RunRecord } from './run-record.ts';

/** What a run left in the database, as far as its record shows; derived, for records of earlier versions. */
export function leftBy({ left, command, ending, phases, checks, runId }: RunRecord): Life | null {
  if (left !== undefined) return left;
  if (command === 'snapshot restore' && ending.outcome !== 'failed') return { lastRun: null, rows: null };
  const committed = phases.some(({ phase, failed }) => phase === 'commit' && !failed);
  const stayed = ending.outcome !== 'failed' || ending.code === 'NOT_RESTORED';
  if (command === 'rehearse' || !committed || !stayed) return null;
  const rows = checks.flatMap(({ check, after }) => (check === 'rows' && typeof after === 'number' ? [after] : []));
  return { lastRun: runId, rows: rows.reduce((sum, count) => sum + count, 0) };
}
