/** When the daemon stops writing until somebody has looked, and what lets it go on. */
import { DrydockError, type ErrorCode } from '../errors.ts';
import type { RunRecord } from '../records/run-record.ts';
import type { DaemonMemory, Hold } from './memory.ts';

/**
 * After these nothing is known for certain, or the same would happen again: damage that was found, a restore, a restore
 * that others kept from happening, and one that failed.
 */
const grave: readonly ErrorCode[] = ['DAMAGED_BEFORE', 'RESTORED', 'NOT_RESTORED', 'RESTORE_FAILED'];

/** Of these a verification that finds the database sound is the answer; of the others a person's. */
const answeredByVerify: readonly ErrorCode[] = ['DAMAGED_BEFORE', 'NOT_RESTORED'];

function isGrave(code: ErrorCode): boolean {
  return grave.includes(code);
}

/** A sentence, without its full stop. */
export function sayHold({ since, what }: Hold): string {
  return `The daemon writes nothing since ${since}: ${what}`;
}

/** What of a record counts here. */
export type EndedRun = Pick<RunRecord, 'command' | 'startedAt' | 'ending'>;

/** Undefined where the error is no reason to stop. */
export function holdAfter(error: unknown, now: Date): Hold | undefined {
  if (!(error instanceof DrydockError) || !isGrave(error.code)) return undefined;
  return { code: error.code, since: now.toISOString(), what: error.what, next: error.next ?? null };
}

/**
 * What a run says that somebody else started, such as the upgrade of a container: the daemon must not go on where that
 * stopped. Undefined where a run that ended well, or a verification that is an answer, came after it.
 * @param runs Newest first.
 */
export function holdByRun(runs: Iterable<EndedRun>, verified: DaemonMemory['verified']): Hold | undefined {
  const telling = first(runs, (run) => isProof(run) || (run.ending.outcome === 'failed' && isGrave(run.ending.code)));
  if (telling?.ending.outcome !== 'failed') return undefined;
  const { startedAt, ending } = telling;
  const answered =
    verified !== null && verified.finding === null && verified.at > startedAt && answeredByVerify.includes(ending.code);
  return answered ? undefined : { code: ending.code, since: startedAt, what: ending.sentence, next: ending.next };
}

/**
 * The run of a person that came after it and ended well: a snapshot, a restore, an upgrade. The daemon itself starts none
 * while it is held.
 */
export function liftedByRun(hold: Hold, runs: Iterable<EndedRun>): EndedRun | undefined {
  return first(runs, (run) => isProof(run) && run.startedAt > hold.since);
}

/** No further ones are asked for: each is a file to be read. */
function first(runs: Iterable<EndedRun>, fits: (run: EndedRun) => boolean): EndedRun | undefined {
  for (const run of runs) if (fits(run)) return run;
  return undefined;
}

/** A rehearsal and the pruning of snapshots end well whatever state the database is in. */
function isProof({ command, ending }: EndedRun): boolean {
  return ending.outcome === 'done' && command !== 'rehearse' && command !== 'snapshot prune';
}

/** @param interrupted Whether a run journal is there: then the database may yet be changed by the next start. */
export function isLiftedByVerify(hold: Hold, interrupted: boolean): boolean {
  return answeredByVerify.includes(hold.code) && !interrupted;
}
