/** When the daemon stops writing until somebody has looked, and what lets it go on. */
import { DrydockError, type ErrorCode } from '../errors.ts';
import { endedAt, lockedAt } from '../records/run-order.ts';
import type { RunRecord } from '../records/run-record.ts';
import type { DaemonMemory, Hold } from './daemon-state.ts';

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
export type EndedRun = Pick<RunRecord, 'command' | 'startedAt' | 'durationMs' | 'phases' | 'ending'>;

/** Undefined where the error is no reason to stop. */
export function holdAfter(error: unknown, now: Date): Hold | undefined {
  if (!(error instanceof DrydockError) || !isGrave(error.code)) return undefined;
  return { code: error.code, since: now.toISOString(), what: error.what, next: error.next ?? null };
}

/**
 * What holds the writing up, whether the scheduler has seen to it already or not.
 * @param runs The one that ended last first.
 */
export function standingHold({ held, verified }: DaemonMemory, runs: Iterable<EndedRun>): Hold | undefined {
  if (held === null) return holdByRun(runs, verified);
  return liftedByRun(held, runs) === undefined ? held : undefined;
}

/**
 * What a run says that somebody else started, such as the upgrade of a container: the daemon must not go on where that
 * stopped. Undefined where a run that ended well, or a verification that is an answer, came after it.
 * @param runs The one that ended last first.
 */
export function holdByRun(runs: Iterable<EndedRun>, verified: DaemonMemory['verified']): Hold | undefined {
  const telling = first(runs, isTelling);
  if (telling?.ending.outcome !== 'failed') return undefined;
  const { code, sentence, next } = telling.ending;
  const hold: Hold = { code, since: endedAt(telling), what: sentence, next };
  const answered = verified !== null && verified.finding === null && isAnsweredBy(hold, verified.began ?? verified.at);
  return answered ? undefined : hold;
}

/**
 * The run of a person that came after it and ended well: a snapshot, a restore, an upgrade. The daemon itself starts none
 * while it is held.
 * @param runs The one that ended last first.
 */
export function liftedByRun(hold: Hold, runs: Iterable<EndedRun>): EndedRun | undefined {
  const telling = first(runs, isTelling);
  return telling !== undefined && isProof(telling) && lockedAt(telling) > hold.since ? telling : undefined;
}

/** Of the others nothing is known that was not known before. */
function isTelling(run: EndedRun): boolean {
  return isProof(run) || (run.ending.outcome === 'failed' && isGrave(run.ending.code));
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

/**
 * @param began When the verification did that found the database sound.
 * @param interrupted Whether a run journal is there: then the database may yet be changed by the next start.
 */
export function isLiftedByVerify(hold: Hold, began: string, interrupted: boolean): boolean {
  return isAnsweredBy(hold, began) && !interrupted;
}

/** One that began before had read some of it already, and may have read what was sound then. */
function isAnsweredBy({ code, since }: Hold, began: string): boolean {
  return answeredByVerify.includes(code) && began >= since;
}
