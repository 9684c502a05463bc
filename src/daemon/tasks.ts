/** The tasks of a window: each does the same as the command of that name, in this process. */
import { maintainDatabase } from '../api/maintenance.ts';
import { type Heard, openSession } from '../api/session.ts';
import { createSnapshot, pruneSnapshots, sayPruned } from '../api/snapshots.ts';
import { upgrade } from '../api/upgrade.ts';
import type { VerifyReport } from '../api/verify.ts';
import type { Config, TaskName } from '../config/config.ts';
import { ApartDied } from '../engine/one-shot-child.ts';
import { DrydockError, type ErrorCode } from '../errors.ts';
import { asRefusal } from '../files/access.ts';
import { headlineOf } from '../report/headline.ts';
import { renderNothingPending } from '../report/nothing-pending.ts';
import { Stop } from '../stop.ts';
import { verifyApart } from './verify-in-child.ts';

export interface TaskResult {
  readonly outcome: 'done' | 'nothing-pending';
  readonly sentence: string;
}

/** `verify` only reads; every other task may write to the database or remove snapshots. */
export function isWriting(task: TaskName): boolean {
  return task !== 'verify';
}

/** @throws {DrydockError} with the code that the command would end with. */
export async function runTask(task: TaskName, config: Config, options: Heard): Promise<TaskResult> {
  switch (task) {
    case 'upgrade': {
      const report = await upgrade(config, 'head', options);
      return 'runId' in report
        ? { outcome: report.outcome, sentence: headlineOf(report) }
        : { outcome: 'nothing-pending', sentence: renderNothingPending(report.database, report.to) };
    }
    case 'snapshot': {
      const { snapshot, reused } = await createSnapshot(config, options);
      const sentence = reused ? `Snapshot ${snapshot.id} has the same content.` : `Took snapshot ${snapshot.id}.`;
      return { outcome: reused ? 'nothing-pending' : 'done', sentence };
    }
    case 'verify':
      return openSession(config, options)((_observer, stop) => verify(config, stop));
    case 'prune': {
      const { pruned } = await pruneSnapshots(config, options);
      return { outcome: pruned.length === 0 ? 'nothing-pending' : 'done', sentence: `${sayPruned(pruned)}.` };
    }
    default: {
      const report = await maintainDatabase(config, task, openSession(config, options));
      return 'runId' in report
        ? { outcome: report.outcome, sentence: headlineOf(report) }
        : { outcome: 'nothing-pending', sentence: `Nothing to do: ${report.database} has no free pages.` };
    }
  }
}

const codeOfVerdict: Readonly<Record<Exclude<VerifyReport['verdict'], 'sound'>, ErrorCode>> = {
  damaged: 'DAMAGED_BEFORE',
  history: 'HISTORY',
  data: 'CHECK_FAILED',
};

async function verify(config: Config, stop: AbortSignal): Promise<TaskResult> {
  const { database, verdict, findings } = await verifyApart(config, stop).catch((error: unknown) => {
    if (error instanceof Stop)
      throw new DrydockError('STOPPED', { what: `The verification was stopped by ${error.message}`, cause: error });
    if (!(error instanceof ApartDied)) throw asRefusal(error);
    throw new DrydockError('PREFLIGHT', {
      what: `The database was not verified: ${error.message}`,
      state: 'Nothing was changed',
      next: 'If the machine ran out of memory, give it more',
      cause: error,
    });
  });
  if (verdict === 'sound') return { outcome: 'done', sentence: `${database} is sound.` };
  throw new DrydockError(codeOfVerdict[verdict], {
    what: `${database} did not pass the verification: ${findings.slice(0, 5).join('; ')}`,
    state: 'Nothing was changed',
    next: 'For details: `drydock verify`; for the snapshots that could be restored: `drydock snapshot list`',
  });
}
