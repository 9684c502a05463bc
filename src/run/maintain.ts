/**
 * Revisions with `transaction: false` that change no content run here, on the live file, after everything else is
 * committed and verified. They cannot be part of the transaction and need not be: if one fails or is killed, the next
 * upgrade finds it 'deferred' in the history and runs it again.
 */
import { engineStep } from '../engine/engine-step.ts';
import type { StepReport } from '../engine/protocol.ts';
import { invariant } from '../errors.ts';
import { phase, stoppable } from './context.ts';
import { maintenanceLeft } from './endings.ts';
import { removeJournal } from './journal.ts';
import type { PlannedRun } from './planned-run.ts';
import { verifyCommitted } from './verify.ts';

/**
 * @throws {DrydockError} REVISION_FAILED if one could not be run, STOPPED if the run was stopped meanwhile: in both
 *   cases the new state is committed and sound.
 */
export async function maintain({ context, engine, plan }: PlannedRun): Promise<StepReport[]> {
  if (plan.maintenance.length === 0) return [];
  return phase(context, 'maintain', async () => {
    const reports: StepReport[] = [];
    for (const { step, deferredBy } of plan.maintenance) {
      try {
        const request = engine.call('maintain', {
          step: engineStep(step, plan.arguments),
          checksum: step.revision.checksum,
          runId: deferredBy ?? context.runId,
          busyTimeoutMs: context.request.config.busyTimeoutMs,
        });
        reports.push(await stoppable(context, engine, request));
      } catch (error) {
        removeJournal(context);
        throw maintenanceLeft(plan, step.revision.id, error);
      }
    }
    const [problem] = await verifyCommitted(engine, plan.to);
    invariant(problem === undefined, `after the maintenance: ${problem}`);
    return reports;
  });
}
