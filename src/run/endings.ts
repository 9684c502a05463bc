/**
 * Every way in which a run can fail: how far it came, what is true of the data now, and so which exit code. A code
 * promises something about the data (docs/exit-codes.md), so the state of the data may overrule the code of the error
 * that ended the run. Messages only; failure.ts, recover.ts and restore.ts find out which one applies.
 *
 * | reached                                  | the data now                             | code                          |
 * |------------------------------------------|------------------------------------------|-------------------------------|
 * | nothing was written                      | unchanged                                | the error's own               |
 * | rolled back, compared or checked         | unchanged, with the evidence             | the error's own               |
 * | the rollback could not be finished       | the next start finishes it               | not 20 or 21: BUSY, PREFLIGHT |
 * | a rollback that left something behind    | the snapshot is back, or others wrote    | RESTORED, NOT_RESTORED        |
 * | the commit did not report back           | unknown until the next start             | FAULT                         |
 * | committed, and not sound                 | the snapshot is back, or others wrote    | RESTORED, NOT_RESTORED        |
 * | committed, then an unforeseen error      | the next start verifies it               | FAULT                         |
 * | committed and sound, maintenance is left | the new state                            | REVISION_FAILED, STOPPED      |
 * | a restore was ordered                    | the next start goes on with it           | RESTORE_FAILED                |
 * | a restore that cannot be finished        | untouched by this start                  | RESTORE_FAILED                |
 */
import { EngineDied } from '../engine/client.ts';
import { ApartDied } from '../engine/one-shot-child.ts';
import { codeOf, DrydockError, type ErrorCode, messageOf } from '../errors.ts';
import { moveAway, permissionDenied } from '../files/access.ts';
import { type Layout, snapshotsBeside } from '../files/layout.ts';
import { describeRevisions } from '../format.ts';
import { isBusy } from '../lock/busy-wait.ts';
import { describeSqliteHolder } from '../lock/holder.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import { isStopSignal, Stop } from '../stop.ts';
import { type Trouble, troubleOf } from '../system-errors.ts';
import type { RunContext } from './context.ts';
import type { RunJournal } from './journal.ts';
import { isMaintenance } from './maintenance-plan.ts';
import type { Plan } from './plan.ts';
import type { SnapshotUnfit } from './prove-snapshot.ts';

/** What is true of the data when a run ends. */
export interface Truth {
  readonly state: string;
  /** Codes that would claim something else about the data, and what replaces them. */
  readonly overrules?: {
    readonly codes: readonly ErrorCode[] | 'every';
    readonly code: ErrorCode;
    readonly next?: string;
  };
}

/** An application may be started after these, so they are used only if the database was found unchanged. */
const saysUnchanged: readonly ErrorCode[] = ['REVISION_FAILED', 'CHECK_FAILED'];

export const unchanged: Truth = { state: 'The database is unchanged' };

/** @param evidence How that is known. */
export function rolledBack(evidence: string): Truth {
  return { state: `The database is unchanged (${evidence})` };
}

export const rolledBackUnseen: Truth = {
  state: 'The database is unchanged: SQLite rolled back what was not committed',
};

/** If the rollback could not be compared, another process held a lock; any other cause is the volume. */
export function rollbackUnfinished(undoing: unknown): Truth {
  const [code, next] = isBusy(undoing)
    ? (['BUSY', 'Stop what holds the database locked, and run again'] as const)
    : (['PREFLIGHT', 'Fix the volume, and run again'] as const);
  return {
    state: `The next start finishes the rollback, since this one could not: ${messageOf(undoing)}`,
    overrules: { codes: saysUnchanged, code, next },
  };
}

export function commitUncertain(undoing: unknown): Truth {
  const why = messageOf(undoing).replace(/\.$/, '');
  return {
    state: `It is not known whether the commit happened: the next start finds out, and goes on from there, since this one could not: ${why}`,
    overrules: { codes: 'every', code: 'FAULT' },
  };
}

export const committedUnverified: Truth = {
  state: 'The run was past its commit: the next start verifies the database, and restores the snapshot if it must',
  overrules: { codes: ['REVISION_FAILED', 'BUSY', 'PREFLIGHT', 'FAULT'], code: 'FAULT' },
};

export const restoreOrdered: Truth = {
  state: 'A restore that was interrupted is not finished: the next start goes on with it',
  // BUSY stays: the restore can go on as soon as the lock is released.
  overrules: { codes: ['REVISION_FAILED', 'PREFLIGHT', 'FAULT'], code: 'RESTORE_FAILED' },
};

/** The error that ends a run, with the state of the data. Errors of other origins get their message here. */
export function ending(context: RunContext, error: unknown, truth: Truth): DrydockError {
  const plain = explained(context, error);
  const state = plain.code === 'DAMAGED_BEFORE' ? `It was like that before this run. ${truth.state}` : truth.state;
  const told = plain.with({ state });
  const { overrules } = truth;
  if (overrules === undefined || (overrules.codes !== 'every' && !overrules.codes.includes(told.code))) return told;
  const { code, next } = overrules;
  return told.with({ code, ...(next !== undefined && { next }) });
}

/** Turns a lock that outlasted the busy timeout into a BUSY error; passes anything else through. */
function busyError({ layout: { database }, request }: RunContext, error: unknown): unknown {
  if (!isBusy(error)) return error;
  return new DrydockError('BUSY', {
    what: `${database} was locked by another process for longer than the busy timeout of ${request.config.busyTimeoutMs} ms (holder: ${describeSqliteHolder(database)})`,
    ...unchanged,
    next: 'Stop the writer or wait for it, or give a longer --busy-timeout, and run again',
    cause: error,
  });
}

function explained(context: RunContext, error: unknown): DrydockError {
  const cause = busyError(context, error);
  if (cause instanceof DrydockError) return cause;
  const stopped = stopBehind(cause);
  if (stopped !== undefined) {
    return new DrydockError('STOPPED', { what: `The run was stopped by ${stopped}`, next: 'Run again', cause });
  }
  if (cause instanceof EngineDied) {
    const next = ranRevisions.includes(cause.request)
      ? `If a revision calls process.exit, take that out; ${giveMemory.toLowerCase()}`
      : giveMemory;
    // An application may be started after REVISION_FAILED, so it is used only if the database was found sound.
    const code = context.usedSnapshots.size > 0 ? 'REVISION_FAILED' : 'PREFLIGHT';
    return new DrydockError(code, { what: capital(cause.message), next, cause });
  }
  if (cause instanceof ApartDied) {
    return new DrydockError('PREFLIGHT', { what: capital(cause.message), next: giveMemory, cause });
  }
  const trouble = troubleOf(codeOf(cause));
  if (trouble !== undefined) {
    const { says, next } = troubles[trouble];
    return new DrydockError('PREFLIGHT', { what: `${says()}: ${messageOf(cause)}`, next, cause });
  }
  return new DrydockError('FAULT', {
    what: `Something unexpected went wrong: ${messageOf(cause)}`,
    next: 'Run again with --debug, and report it if it happens again',
    cause,
  });
}

/** A signal sent to all processes of a run also ends the engine while that is still starting. */
function stopBehind(error: unknown): string | undefined {
  if (error instanceof Stop) return error.message;
  return error instanceof EngineDied && isStopSignal(error.signal) ? error.signal : undefined;
}

/** Requests during which code of a revision runs, or may still be running. */
const ranRevisions: readonly string[] = [
  'load',
  'migrate',
  'readSchema',
  'measure',
  'changedTables',
  'references',
  'record',
  'commit',
  'maintain',
];
const giveMemory = 'If the machine ran out of memory or of processes, give it more; then run again';

const fixVolume = 'Free space on the volume, make it writable or fix it, and run again';
const volumeFailed = () => 'The volume failed during the run';

const troubles: Readonly<Record<Trouble, { readonly says: () => string; readonly next: string }>> = {
  full: { says: volumeFailed, next: fixVolume },
  volume: { says: volumeFailed, next: fixVolume },
  permission: {
    says: permissionDenied,
    next: 'Give it the permission, or run as the owner of the database, and run again',
  },
  obstacle: {
    says: () => 'Something else is in the place of a file or folder that the run needs',
    next: `${moveAway}, and run again`,
  },
  'open files': {
    says: () => 'No more files could be opened',
    next: 'Raise the limit of open files (ulimit -n), or end the processes that use them, and run again',
  },
  processes: {
    says: () => 'No more processes could be started',
    next: "Raise the limit of processes (ulimit -u, or a container's limit of pids), or end those that use it up, and run again",
  },
  memory: { says: () => 'There was not enough memory', next: 'Free memory, or give the run more, and run again' },
};

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function rollbackRestored({ manifest }: Snapshot, kept: Snapshot, cause: unknown): DrydockError {
  return new DrydockError('RESTORED', {
    what: messageOf(cause).replace(/\.$/, ''),
    state: `The rollback was not complete, so snapshot ${manifest.id} was put back and verified; what it replaced is kept in ${kept.path}`,
    next: 'Fix the revision and run again',
    cause,
  });
}

export function rollbackOverwritten({ manifest }: Snapshot, cause: unknown): DrydockError {
  return new DrydockError('NOT_RESTORED', {
    what: `${messageOf(cause)} The rollback left something behind`,
    state: `Others have written since, so snapshot ${manifest.id} was not put back`,
    next: 'Look at the database: `drydock verify`, `drydock current`',
    cause,
  });
}

/** @param problem What the verification after the commit found. */
export function notVerified(problem: string): string {
  return `The database did not pass the verification after the commit (${problem})`;
}

export function commitRestored({ manifest }: Snapshot, kept: Snapshot, from: readonly string[], problem: string) {
  return new DrydockError('RESTORED', {
    what: notVerified(problem),
    state: `Snapshot ${manifest.id} was put back and verified: the database is at ${describeRevisions(from)} as before the run; what it replaced is kept in ${kept.path}`,
    next: 'Look at the disk and its file system before running it again',
  });
}

export function commitOverwritten({ manifest, path }: Snapshot, to: readonly string[], problem: string): DrydockError {
  return new DrydockError('NOT_RESTORED', {
    what: notVerified(problem),
    state: `Others have written since the commit, so it was not undone: the database is at ${describeRevisions(to)}, the state before the run is kept in ${path}`,
    next: `Look at the problem; to go back and lose what was written since: \`drydock snapshot restore ${manifest.id}\``,
  });
}

/** @param held The snapshot of the state before that run, if it still exists. */
export function interruptedCommitUnsound(
  { snapshots }: Layout,
  { runId, snapshot }: RunJournal,
  problem: string,
  held: Snapshot | undefined,
): DrydockError {
  const what = `The interrupted run ${runId} had committed, and the database does not pass the verification (${problem})`;
  if (held === undefined) {
    return new DrydockError('NOT_RESTORED', {
      what,
      state: `Snapshot ${snapshot} of the state before that run is not in ${snapshots}, so it was not undone`,
      next: 'Look at the problem; to go back to an older state: `drydock snapshot list`',
    });
  }
  return new DrydockError('NOT_RESTORED', {
    what,
    state: `Others may have written since, so it was not undone; the state before that run is in snapshot ${snapshot}`,
    next: `Look at the problem; to go back and lose what was written since: \`drydock snapshot restore ${snapshot}\``,
  });
}

/** The one ending that needs a person. The journal stays, so the next start resumes the restore. */
export function restoreFailed({ layout }: RunContext, snapshot: Snapshot, cause: unknown): DrydockError {
  return new DrydockError('RESTORE_FAILED', {
    what: `Putting snapshot ${snapshot.manifest.id} back into ${layout.database} failed: ${messageOf(cause)}`,
    state: `A person must look: the state to go back to is in ${snapshot.path}, what it was to replace is in ${layout.database} and among the snapshots in ${layout.snapshots}`,
    next: 'Stop the application, free space or fix the volume, and run the same command again: it goes on with the restore',
    cause,
  });
}

export function restoreMetWriter({ layout }: RunContext): DrydockError {
  return new DrydockError('BUSY', {
    what: `Another process wrote to ${layout.database} in every moment in which the snapshot was to be put back`,
    state: 'The database is unchanged by this run',
    next: 'Stop the writer and run again',
  });
}

export function exchangeInUse({ layout }: RunContext, users: readonly string[]): DrydockError {
  return new DrydockError('PREFLIGHT', {
    what: `${layout.database} is too damaged to be written into, so it must be exchanged, and ${users.join(', ')} still has it open: what that process writes would be lost`,
    state: 'Nothing was changed',
    next: 'Stop the application and run again',
  });
}

/** An interrupted restore whose snapshot is missing or unfit: a person must restore another one. */
export class SourceUnusable extends DrydockError {
  constructor(what: string, fix: string, cause?: DrydockError) {
    super('RESTORE_FAILED', {
      what,
      state: 'Nothing was changed by this start',
      next: `${fix} and run again, or restore another one: \`drydock snapshot list\`, then \`drydock snapshot restore <id>\``,
      cause,
    });
  }
}

export function sourceMissing(layout: Layout, { runId, snapshots }: RunJournal, id: string): SourceUnusable {
  // That run may have used another folder, if `snapshots.directory` was changed while it was interrupted.
  const before = snapshots ?? snapshotsBeside(layout.database);
  const elsewhere = before === layout.snapshots ? ' any more' : `; that run had its snapshots in ${before}`;
  return new SourceUnusable(
    `A restore of snapshot ${id} was interrupted (run ${runId}), and that snapshot is not in ${layout.snapshots}${elsewhere}`,
    'Put the snapshot and its manifest back',
  );
}

export function sourceUnfit({ runId }: RunJournal, { manifest }: Snapshot, cause: SnapshotUnfit): SourceUnusable {
  const what = `A restore of snapshot ${manifest.id} was interrupted (run ${runId}) and cannot be finished: ${cause.what}`;
  return new SourceUnusable(what, cause.fix, cause);
}

export function interruptedRestoreOverwritten({ runId }: RunJournal, { manifest }: Snapshot): DrydockError {
  return new DrydockError('NOT_RESTORED', {
    what: `A restore of snapshot ${manifest.id} was interrupted (run ${runId}), and others have written to the database since`,
    state: 'What they wrote was not undone; SQLite made the restore happen wholly or not at all',
    next: `See \`drydock current\`; to go back and lose what was written since: \`drydock snapshot restore ${manifest.id}\``,
  });
}

export function interruptedExchangeOverwritten({ database }: Layout, { runId }: RunJournal, id: string): DrydockError {
  return new DrydockError('NOT_RESTORED', {
    what: `A restore of snapshot ${id} was interrupted (run ${runId}) before the snapshot was in the place of ${database}, and somebody has put another file there since`,
    state: 'That file was left as it is',
    next: `Look at it: \`drydock current\`; to put the snapshot in its place: \`drydock snapshot restore ${id}\``,
  });
}

/** The database of an interrupted run is missing: an empty one must not take its place. */
export function databaseMissing({ database }: Layout, { runId, exchanging }: RunJournal): DrydockError {
  return new DrydockError('DAMAGED_BEFORE', {
    what: `Run ${runId} was interrupted, and ${database} is gone`,
    state: 'Nothing was changed',
    next:
      exchanging === null
        ? 'Put the file back with its -wal or -journal; or see `drydock snapshot list`, then `drydock snapshot restore <id>`'
        : `That run was putting a snapshot in its place; to go on with it: \`drydock snapshot restore ${exchanging.source}\``,
  });
}

/** The new state is committed and sound, but a revision that changes no content could not be run on it. */
export function maintenanceLeft(plan: Plan, revision: string, error: unknown): DrydockError {
  const code = error instanceof Stop ? 'STOPPED' : 'REVISION_FAILED';
  if (isMaintenance(plan.command)) {
    return new DrydockError(code, {
      what: `The database could not be maintained (${plan.command}): ${whatOf(error)}`,
      state: 'Its content is unchanged, checked and sound',
      next: 'Run it again once the cause is fixed',
      cause: error,
    });
  }
  return new DrydockError(code, {
    what: `Revision ${revision}, which changes no content (transaction: false), could not be run: ${whatOf(error)}`,
    state: `All else is committed, checked and sound: the database's content is at ${describeRevisions(plan.to)}, and that revision changed none of it`,
    next: 'Run the same command again once the cause is fixed: it runs what is left',
    cause: error,
  });
}

/** Only the error's `what`: the state and the next step are different here. */
function whatOf(error: unknown): string {
  if (error instanceof Stop) return `the run was stopped by ${error.message}`;
  return error instanceof DrydockError ? error.what : messageOf(error);
}
