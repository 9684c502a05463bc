/** When the daemon stops writing until a person has looked, and what lets it continue. */
import { DrydockError, type ErrorCode } from '../errors.ts';
import { endedAt, lockedAt } from '../records/run-order.ts';
import type { RunRecord } from '../records/run-record.ts';
import type { DaemonMemory, Hold } from './daemon-state.ts';

/**
 * After these the state is uncertain, or the same would happen again: damage was found, a restore was done, prevented by
 * other writers, or failed.
 */
const grave: readonly ErrorCode[] = ['DAMAGED_BEFORE', 'RESTORED', 'NOT_RESTORED', 'RESTORE_FAILED'];

/** A clean `verify` clears these; the others need a person. */
const answeredByVerify: readonly ErrorCode[] = ['DAMAGED_BEFORE', 'NOT_RESTORED'];

function isGrave(code: ErrorCode): boolean {
  return grave.includes(code);
}

/** A sentence, without its full stop. */
export function sayHold({ since, what }: Hold): string {
  return `The daemon has paused writing since ${since}: ${what}`;
}

/** The parts of a record that matter here. */
export type EndedRun = Pick<RunRecord, 'command' | 'startedAt' | 'durationMs' | 'phases' | 'ending'>;

/** Undefined if the error is no reason to stop. */
export function holdAfter(error: unknown, now: Date): Hold | undefined {
  if (!(error instanceof DrydockError) || !isGrave(error.code)) return undefined;
  return { code: error.code, since: now.toISOString(), what: error.what, next: error.next ?? null };
}

/**
 * The hold that is in effect, whether or not the scheduler has already recorded or lifted it.
 * @param runs By end, newest first.
 */
export function standingHold({ held, verified }: DaemonMemory, runs: Iterable<EndedRun>): Hold | undefined {
  if (held === null) return holdByRun(runs, verified);
  return liftedByRun(held, runs) === undefined ? held : undefined;
}

/**
 * The hold caused by a run outside the daemon, such as the upgrade of a container: the daemon must not continue where that
 * one stopped. Undefined if a successful run, or a verification that clears it, came later.
 * @param runs By end, newest first.
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
 * The later successful run that lifts the hold: a snapshot, a restore, an upgrade. A person started it, since the daemon
 * starts none while it is held.
 * @param runs By end, newest first.
 */
export function liftedByRun(hold: Hold, runs: Iterable<EndedRun>): EndedRun | undefined {
  const telling = first(runs, isTelling);
  return telling !== undefined && isProof(telling) && lockedAt(telling) > hold.since ? telling : undefined;
}

/** Other runs prove nothing about the state of the database. */
function isTelling(run: EndedRun): boolean {
  return isProof(run) || (run.ending.outcome === 'failed' && isGrave(run.ending.code));
}

/** Stops at the first match: each run is a file to read. */
function first(runs: Iterable<EndedRun>, fits: (run: EndedRun) => boolean): EndedRun | undefined {
  for (const run of runs) if (fits(run)) return run;
  return undefined;
}

/** Excludes rehearsals and pruning, which succeed whatever state the database is in. */
function isProof({ command, ending }: EndedRun): boolean {
  return ending.outcome === 'done' && command !== 'rehearse' && command !== 'snapshot prune';
}

/**
 * @param began When the verification that found the database sound began, ISO 8601.
 * @param interrupted Whether there is a run journal: the next start may then still change the database.
 */
export function isLiftedByVerify(hold: Hold, began: string, interrupted: boolean): boolean {
  return isAnsweredBy(hold, began) && !interrupted;
}

/** A verification that began before the hold may have read parts that were sound only then. */
function isAnsweredBy({ code, since }: Hold, began: string): boolean {
  return answeredByVerify.includes(code) && began >= since;
}
