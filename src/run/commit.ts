/**
 * The one step that changes what other processes see. The journal has announced it. A stop waits for it to finish,
 * unless another process blocks it: then nothing has been committed yet.
 */
import { EngineDied } from '../engine/client.ts';
import { DrydockError, messageOf } from '../errors.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import { phase } from './context.ts';
import { fileState } from './file-state.ts';
import { type FileState, type RunJournal, writeJournal } from './journal.ts';
import type { PlannedRun } from './planned-run.ts';
import { makeLiveDurable } from './restore.ts';
import { markUntold } from './untold.ts';

/**
 * The phase. An error other than a DrydockError leaves it open whether the commit happened: only the database knows.
 * @param begun The journal so far. @param snapshot The snapshot to go back to, verified.
 * @returns The journal, which now says that the commit is durable, unless it can no longer be written.
 */
export function commit(run: PlannedRun, begun: RunJournal, snapshot: Snapshot): Promise<RunJournal> {
  const { context, locks, plan } = run;
  context.stop.throwIfAborted();
  locks.assertHeld();
  markUntold(context, plan.to);
  const announced = writeJournal(context, { ...begun, phase: 'committing', snapshot: snapshot.manifest.id });
  return phase(context, 'commit', async () => {
    await orderCommit(run);
    makeLiveDurable(context);
    return journalCommitted(run, announced);
  });
}

async function journalCommitted(run: PlannedRun, journal: RunJournal): Promise<RunJournal> {
  try {
    return writeJournal(run.context, { ...journal, phase: 'committed', committedFile: await stateOfCommit(run) });
  } catch (error) {
    // The history row in the database tells the next start the same, if anything is left to finish.
    const message = `the run journal could not be told of the commit: ${messageOf(error)}`;
    run.context.observer({ kind: 'warning', message });
    return journal;
  }
}

/**
 * Other processes may write as soon as the commit releases the lock. The next start may undo the commit only if the
 * recorded state of the file is certain to be the commit's own.
 * @returns null if it is not certain.
 */
async function stateOfCommit({ context, engine }: PlannedRun): Promise<FileState | null> {
  const state = fileState(context);
  const { othersWrote } = await engine.call('lookForOthers', {});
  return othersWrote ? null : state;
}

async function orderCommit({ context, engine, plan }: PlannedRun): Promise<void> {
  const { busyTimeoutMs } = context.request.config;
  try {
    if (plan.onWorkingCopy) {
      const { outcome } = await engine.call('replace', {
        source: context.layout.workingCopy,
        purpose: 'commit',
        busyTimeoutMs,
      });
      if (outcome === 'others-wrote') throw metWriter(context.layout.database);
    } else {
      await engine.call('commit', { busyTimeoutMs }, () => {
        if (context.stop.aborted) void engine.kill();
      });
    }
  } catch (error) {
    // The engine's death is the consequence of the stop, not the cause of the failure.
    throw error instanceof EngineDied && context.stop.aborted ? context.stop.reason : error;
  }
}

function metWriter(database: string): DrydockError {
  return new DrydockError('BUSY', {
    what: `Another process wrote to ${database} in the moment in which the finished working copy was to take its place`,
    next: 'Run again; if it happens again, stop the writer first',
  });
}
