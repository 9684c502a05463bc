/**
 * Revisions of `transaction: false` that change no content run here, on the live file, after everything else is
 * committed and verified. They cannot be part of the transaction and need not be: one that fails or is killed is run
 * again by the next upgrade, which finds it 'deferred' in the history.
 */
import type { Engine } from '../engine/client.ts';
import { engineStep } from '../engine/engine-step.ts';
import type { StepReport } from '../engine/protocol.ts';
import { DrydockError, invariant, messageOf } from '../errors.ts';
import { describeRevisions } from '../format.ts';
import { Stop } from '../stop.ts';
import { verifyCommitted } from './after-commit.ts';
import { phase, type RunContext, stoppable } from './context.ts';
import { removeJournal } from './journal.ts';
import { isMaintenance } from './maintenance-plan.ts';
import type { Plan } from './plan.ts';

/**
 * @throws {DrydockError} REVISION_FAILED where one could not be run, STOPPED where the run was told to stop meanwhile:
 *   the new state is committed and sound in both.
 */
export async function maintain(context: RunContext, engine: Engine, plan: Plan): Promise<StepReport[]> {
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
        throw notDone(plan, step.revision.id, error);
      }
    }
    const [problem] = await verifyCommitted(engine, plan.to);
    invariant(problem === undefined, `after the maintenance: ${problem}`);
    return reports;
  });
}

function notDone(plan: Plan, revision: string, error: unknown): DrydockError {
  if (isMaintenance(plan.command)) {
    return new DrydockError(error instanceof Stop ? 'STOPPED' : 'REVISION_FAILED', {
      what: `The database could not be maintained (${plan.command}): ${whatOf(error)}`,
      state: 'Its content is unchanged, checked and sound',
      next: 'Run it again, once what hindered it is out of the way',
      cause: error,
    });
  }
  return new DrydockError(error instanceof Stop ? 'STOPPED' : 'REVISION_FAILED', {
    what: `Revision ${revision}, which changes no content (transaction: false), could not be run: ${whatOf(error)}`,
    state: `All else is committed, checked and sound: the database's content is at ${describeRevisions(plan.to)}, and that revision changed none of it`,
    next: 'Run the same command again: it runs what is left, once what hindered it is out of the way',
    cause: error,
  });
}

/** Without what the error says of the state and of what to do next, which are another here. */
function whatOf(error: unknown): string {
  if (error instanceof Stop) return `the run was stopped by ${error.message}`;
  return error instanceof DrydockError ? error.what : messageOf(error);
}
