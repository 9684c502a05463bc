/**
 * The one step that changes what others see. The journal has announced it; a stop waits for its end, unless others hold
 * it up: then nothing of it has happened yet.
 */
import { type Engine, EngineDied } from '../engine/client.ts';
import { DrydockError, messageOf } from '../errors.ts';
import type { RunContext } from './context.ts';
import { fileState } from './file-state.ts';
import { type FileState, type RunJournal, writeJournal } from './journal.ts';
import type { Plan } from './plan.ts';
import { makeLiveDurable } from './restore.ts';

/** Thrown around whatever went wrong in a commit: whether it happened, only the database can tell. */
export class CommitUncertain extends Error {}

/** @returns The journal, which now says that the commit is durable, unless it cannot be written any more. */
export async function commit(
  context: RunContext,
  engine: Engine,
  plan: Plan,
  journal: RunJournal,
): Promise<RunJournal> {
  try {
    await order(context, engine, plan);
    makeLiveDurable(context);
  } catch (error) {
    throw error instanceof DrydockError
      ? error
      : new CommitUncertain('the commit did not report back', { cause: givenUp(context, error) });
  }
  try {
    const committedFile = await stateOfCommit(context, engine);
    return writeJournal(context, { ...journal, phase: 'committed', committedFile });
  } catch (error) {
    // The history row in the database tells the next start as much, should there be something left to finish.
    const message = `the run journal could not be told of the commit: ${messageOf(error)}`;
    context.observer({ kind: 'warning', message });
    return journal;
  }
}

/**
 * Others may write as soon as the commit has given up the lock. Only a state of the file that is certain to be the commit's
 * own lets the next start undo it.
 * @returns null if it is not certain.
 */
async function stateOfCommit(context: RunContext, engine: Engine): Promise<FileState | null> {
  const state = fileState(context);
  const { othersWrote } = await engine.call('lookForOthers', {});
  return othersWrote ? null : state;
}

/** The engine's death is the consequence of a stop, not the cause of the failure. */
function givenUp({ stop }: RunContext, error: unknown): unknown {
  return error instanceof EngineDied && stop.aborted ? stop.reason : error;
}

async function order(context: RunContext, engine: Engine, plan: Plan): Promise<void> {
  const { busyTimeoutMs } = context.request.config;
  if (!plan.onWorkingCopy) {
    await engine.call('commit', { busyTimeoutMs }, () => {
      if (context.stop.aborted) void engine.kill();
    });
    return;
  }
  const { outcome } = await engine.call('replace', { source: context.layout.workingCopy, busyTimeoutMs });
  if (outcome === 'others-wrote') {
    throw new DrydockError('BUSY', {
      what: `Another process wrote to ${context.layout.database} in the moment in which the finished working copy was to take its place`,
      next: 'Run again; if it happens again, stop the writer first',
    });
  }
}
