/** Turns whatever ended a run into the one line that a person reads. */

import { EngineDied } from '../engine/client.ts';
import { ApartDied } from '../engine/one-shot-child.ts';
import { codeOf, DrydockError, type ErrorCode, messageOf } from '../errors.ts';
import { moveAway, thisUser } from '../files/access.ts';
import { isStopSignal, Stop } from '../stop.ts';
import { type Trouble, troubleOf } from '../system-errors.ts';
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
    const next = ranRevisions.includes(plain.request)
      ? `If a revision calls process.exit, take that out; ${giveMemory.toLowerCase()}`
      : giveMemory;
    // After REVISION_FAILED an application may be started, so it is said of a database that was found sound, of no other.
    const code = context.usedSnapshots.size > 0 ? 'REVISION_FAILED' : 'PREFLIGHT';
    return new DrydockError(code, { what: capital(plain.message), state, next, cause: plain });
  }
  if (plain instanceof ApartDied) {
    return new DrydockError('PREFLIGHT', {
      what: capital(plain.message),
      state,
      next: giveMemory,
      cause: plain,
    });
  }
  const trouble = troubleOf(codeOf(plain));
  if (trouble !== undefined) {
    const { says, next } = troubles[trouble];
    return new DrydockError('PREFLIGHT', { what: `${says()}: ${messageOf(plain)}`, state, next, cause: plain });
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

/** Requests in which code of a revision runs, or may still run. */
const ranRevisions: readonly string[] = ['load', 'migrate', 'readSchema', 'measure', 'record', 'commit', 'maintain'];
const giveMemory = 'If the machine ran out of memory or of processes, give it more; then run again';

const mendVolume = 'Free space on the volume, make it writable or mend it, and run again';
const gaveUp = () => 'The volume gave up in the middle';

const troubles: Readonly<Record<Trouble, { readonly says: () => string; readonly next: string }>> = {
  full: { says: gaveUp, next: mendVolume },
  volume: { says: gaveUp, next: mendVolume },
  permission: {
    says: () => `${thisUser()} may not do what the run needs`,
    next: 'Give it the permission, or run as the owner of the database, and run again',
  },
  obstacle: {
    says: () => 'Something else stands in the place of a file or a folder that the run needs',
    next: `${moveAway}, and run again`,
  },
  'open files': {
    says: () => 'No more files could be opened',
    next: 'Raise the limit of open files (ulimit -n), or end what uses them up, and run again',
  },
  processes: {
    says: () => 'No more processes could be started',
    next: "Raise the limit of processes (ulimit -u, or a container's limit of pids), or end what uses them up, and run again",
  },
  memory: { says: () => 'There was not enough memory', next: 'Free memory, or give the run more, and run again' },
};

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
