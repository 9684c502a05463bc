/** Judges what is about to be committed against the snapshot. */
import { judge } from '../checks/judge.ts';
import type { CheckResult, Measurement } from '../checks/measurement.ts';
import { DrydockError } from '../errors.ts';
import { describeTriggers, lastRunOf } from '../revisions/applied-tables.ts';
import { sumOfUsersRows } from '../snapshots/trace.ts';
import { phase, stoppable, tellFact } from './context.ts';
import type { PlannedRun } from './planned-run.ts';
import type { Recorded } from './record.ts';
import type { InspectedSnapshot } from './take-snapshot.ts';

/** The phase: measures everything, in the open transaction. */
export function measure({ context, engine }: PlannedRun): Promise<Measurement> {
  const { statistics } = context.request.config;
  return phase(context, 'check', () => stoppable(context, engine, engine.call('measure', { statistics })));
}

/** @throws {DrydockError} CHECK_FAILED naming the checks that failed. */
export function check(
  { context, held, plan }: PlannedRun,
  snapshot: InspectedSnapshot,
  { rows, triggers }: Recorded,
  after: Measurement,
): readonly CheckResult[] {
  const { statistics } = context.request.config;
  const lastRun = rows > 0 ? context.runId : lastRunOf(held.history);
  tellFact(context, { becomes: { lastRun, rows: sumOfUsersRows(after.rows) } });
  const checks = judge({
    before: snapshot.inspection.measurement,
    after,
    expectations: plan.steps.flatMap(({ revision, direction }) => revision.expect[direction]),
    direction: plan.command === 'downgrade' ? 'down' : 'up',
    rules: statistics,
  });
  for (const result of checks) context.observer({ kind: 'check', result });
  const failed = checks.filter(({ ok }) => !ok);
  if (failed.length > 0) throw checkFailed(failed, triggers);
  return checks;
}

function checkFailed(failed: readonly CheckResult[], triggers: readonly string[]): DrydockError {
  const orDrop =
    triggers.length === 0 ? '' : `, or drop ${describeTriggers(triggers)}, which fired when the run was recorded`;
  return new DrydockError('CHECK_FAILED', {
    what: `After the revisions ${failed.length === 1 ? 'a check' : `${failed.length} checks`} failed: ${failed.map(({ message }) => message).join('; ')}`,
    next: `Fix the revision, or announce the change if it is intended${orDrop}; then run again`,
  });
}
