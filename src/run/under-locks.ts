/** What every command that may change something goes through: the locks, the recovery of the last run, a last word. */
import { DrydockError, type ErrorCode } from '../errors.ts';
import { requireWhole } from '../files/require-whole.ts';
import { phase, type RunContext, tellFact } from './context.ts';
import { explain, withCode } from './explain.ts';
import { readJournal } from './journal.ts';
import { acquireLocks, type RunLocks } from './locks.ts';
import type { RecoveryReport } from './outcome.ts';
import { recover } from './recover.ts';
import { SourceUnusable } from './source-unusable.ts';
import { keepCopiesStrict, tellOfGroup } from './strictness.ts';

/** Takes the locks, finishes the story of an interrupted run, does the work, and gives the locks back. */
export async function underLocks<T>(
  context: RunContext,
  work: (locks: RunLocks, recovered: RecoveryReport | null) => Promise<T>,
): Promise<T> {
  const locks = await phase(context, 'lock', () => acquireLocks(context, context.request.command.verb));
  try {
    tellOfGroup(context);
    keepCopiesStrict(context);
    const recovered = await phase(
      context,
      'recover',
      () => recover(context).catch((error: unknown) => supersede(context, error)),
      (report) => ({ interrupted: report?.runId ?? null }),
    );
    if (recovered !== null) tellFact(context, { recovered });
    // Before the work makes room: the snapshots are the way out.
    if (!isWayOut(context)) requireWhole(context.layout.database);
    return await work(locks, recovered);
  } finally {
    await phase(context, 'unlock', () => locks.release());
  }
}

/** A restore that a person asked for is the way out where the interrupted run cannot be finished. */
function supersede(context: RunContext, error: unknown): null {
  const isHopeless =
    error instanceof SourceUnusable || (error instanceof DrydockError && error.code === 'DAMAGED_BEFORE');
  if (!isWayOut(context) || !isHopeless) throw error;
  const message = `an interrupted run cannot be finished, and this restore takes its place: ${error.what}`;
  context.observer({ kind: 'warning', message });
  return null;
}

function isWayOut({ request }: RunContext): boolean {
  return request.command.verb === 'snapshot restore';
}

/** Turns an error that nobody below has turned into a sentence into one. */
export async function explained<T>(context: RunContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DrydockError) throw error;
    const ordered = orderedSoFar(context);
    if (ordered === 'nothing') throw explain(context, error, 'The database is unchanged');
    const told = explain(context, error, unfinished[ordered].state);
    throw unfinished[ordered].saidOtherwise.includes(told.code) ? withCode(told, unfinished[ordered].code) : told;
  }
}

interface Unfinished {
  readonly state: string;
  readonly code: ErrorCode;
  /** Codes by which nothing would have changed, or nothing would be known of it. */
  readonly saidOtherwise: readonly ErrorCode[];
}

const unfinished: Readonly<Record<'commit' | 'restore', Unfinished>> = {
  commit: {
    state: 'The run was past its commit: the next start verifies the database, and restores the snapshot if it must',
    code: 'FAULT',
    saidOtherwise: ['REVISION_FAILED', 'BUSY', 'PREFLIGHT', 'FAULT'],
  },
  restore: {
    state: 'A restore that was interrupted is not finished: the next start goes on with it',
    code: 'RESTORE_FAILED',
    // A start that meets a lock may go on with the restore as soon as that is gone.
    saidOtherwise: ['REVISION_FAILED', 'PREFLIGHT', 'FAULT'],
  },
};

/** For an error that nobody foresaw: the journal knows whether the commit, or a restore, was ordered. */
function orderedSoFar({ layout, journal }: RunContext): 'nothing' | 'commit' | 'restore' {
  const phase = journal.phase ?? readJournal(layout.runJournal)?.phase ?? 'none';
  if (phase === 'working' || phase === 'none') return 'nothing';
  return phase === 'restoring' || phase === 'exchanging' ? 'restore' : 'commit';
}
