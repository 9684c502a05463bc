import { describeRevisions } from '../format.ts';
import { isMaintenance } from '../run/maintenance-plan.ts';
import type { RunReport } from '../run/outcome.ts';
import { renderNothingPending } from './nothing-pending.ts';

/** What a run did, in one sentence. */
export function headlineOf({ outcome, command, database, from, to, durationMs }: RunReport): string {
  if (outcome === 'nothing-pending') return renderNothingPending(database, to);
  if (command === 'ensure-version')
    return `Created the table alembic_version in ${database}, empty, in ${durationMs} ms.`;
  if (isMaintenance(command)) return `Ran ${command} on ${database} in ${durationMs} ms; every check passed.`;
  const verb = { upgrade: 'Upgraded', downgrade: 'Downgraded', stamp: 'Stamped' }[command];
  return `${verb} ${database} from ${describeRevisions(from)} to ${describeRevisions(to)} in ${durationMs} ms; every check passed.`;
}
