/** Turns whatever ended a run into the one line that a person reads. */
import { EngineDied } from '../engine/client.ts';
import { codeOf, DrydockError, type ErrorCode, messageOf } from '../errors.ts';
import { thisUser } from '../files/looking.ts';
import { isStopSignal, Stop } from '../stop.ts';
import { busyError } from './busy.ts';
import { CommitUncertain } from './commit.ts';
import type { RunContext } from './context.ts';

/** @param state What the data is now, known to the caller. */
export function explain(context: RunContext, error: unknown, state: string): DrydockError {
  const plain = busyError(context, error instanceof CommitUncertain ? error.cause : error);
  if (plain instanceof DrydockError) {
    const { what, next, cause, code } = plain;
    const told = code === 'DAMAGED_BEFORE' ? `It was like that before this run. ${state}` : state;
    return new DrydockError(code, { what, state: told, ...(next !== undefined && { next }), cause });
  }
  const stopped = stopBehind(plain);
  if (stopped !== undefined) {
    return new DrydockError('STOPPED', {
      what: `The run was stopped by ${stopped}`,
      state,
      next: 'Run again',
      cause: plain,
    });
  }
  if (plain instanceof EngineDied) {
    const next =
      'If a revision calls process.exit, take that out; if the machine ran out of memory, give it more; then run again';
    // After REVISION_FAILED an application may be started, so it is said of a database that was found sound, of no other.
    const code = context.usedSnapshots.size > 0 ? 'REVISION_FAILED' : 'PREFLIGHT';
    return new DrydockError(code, { what: capital(plain.message), state, next, cause: plain });
  }
  if (['EMFILE', 'ENFILE'].includes(codeOf(plain))) {
    return new DrydockError('PREFLIGHT', {
      what: `No more files could be opened: ${messageOf(plain)}`,
      state,
      next: 'Raise the limit of open files (ulimit -n), or end what uses them up, and run again',
      cause: plain,
    });
  }
  if (['EACCES', 'EPERM'].includes(codeOf(plain))) {
    return new DrydockError('PREFLIGHT', {
      what: `${thisUser()} may not do what the run needs: ${messageOf(plain)}`,
      state,
      next: 'Give it the permission, or run as the owner of the database, and run again',
      cause: plain,
    });
  }
  if (isVolumeProblem(plain)) {
    const next = 'Free space on the volume, make it writable or mend it, and run again';
    return new DrydockError('PREFLIGHT', {
      what: `The volume gave up in the middle: ${messageOf(plain)}`,
      state,
      next,
      cause: plain,
    });
  }
  return new DrydockError('FAULT', {
    what: `Something unexpected went wrong: ${messageOf(plain)}`,
    state,
    next: 'Run again with --debug, and report it if it happens again',
    cause: plain,
  });
}

/** The engine too ends by such a signal where it was sent to all processes of a run, as long as it starts. */
function stopBehind(error: unknown): string | undefined {
  if (error instanceof Stop) return error.message;
  return error instanceof EngineDied && isStopSignal(error.signal) ? error.signal : undefined;
}

/** The same sentence with another exit code: that of the error alone would say something false of the data. */
export function withCode({ what, state, next, cause }: DrydockError, code: ErrorCode): DrydockError {
  return new DrydockError(code, {
    what,
    ...(state !== undefined && { state }),
    ...(next !== undefined && { next }),
    cause,
  });
}

/** Full, read-only or failing, as Node and SQLite say it. A full disk may well be an I/O error to SQLite. */
function isVolumeProblem(error: unknown): boolean {
  const code = codeOf(error);
  return (
    ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'SQLITE_FULL'].includes(code) ||
    code.startsWith('SQLITE_READONLY') ||
    code.startsWith('SQLITE_IOERR') ||
    code.startsWith('SQLITE_CANTOPEN')
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
