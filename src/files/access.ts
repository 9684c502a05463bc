/** What may not be looked at is not absent: who takes it for that says that all is well where nobody knows. */
import { readdirSync, statSync } from 'node:fs';
import { codeOf, DrydockError, messageOf } from '../errors.ts';
import { type Trouble, troubleOf } from '../system-errors.ts';

const permission = 'Give it the permission, or run as the owner of the database';
/** What to do where something else stands in the place of a file or a folder. */
export const moveAway = 'Find out what made it and move it away';

/**
 * What to do where a file cannot be looked at: this user may not, something else is in its place, the disk does not answer.
 * @returns undefined where the error is none of the system's.
 */
export function nextWhereUnseen(error: unknown): string | undefined {
  const trouble = troubleOf(codeOf(error));
  return trouble === undefined || codeOf(error).startsWith('SQLITE_') ? undefined : nexts[trouble];
}

const lookAtDisk = 'Look at the disk: the system log names it';
const nexts: Readonly<Record<Trouble, string>> = {
  permission,
  obstacle: moveAway,
  full: lookAtDisk,
  volume: lookAtDisk,
  'open files': 'Raise the limit of open files (ulimit -n), or end what uses them up',
  processes: 'End what uses up the processes of this user or container',
  memory: 'Free memory',
};

export function thisUser(): string {
  return `This user (uid ${process.getuid?.()})`;
}

/**
 * For commands that only look. A run says itself what became of the data.
 * @throws {DrydockError} PREFLIGHT where what `look` looks at may or cannot be looked at.
 */
export function looking<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw asRefusal(error);
  }
}

/** The error of {@link looking} in the place of the system's; any other error as it is. */
export function asRefusal(error: unknown): unknown {
  const next = nextWhereUnseen(error);
  if (next === undefined) return error;
  const path = error instanceof Error && 'path' in error ? String(error.path) : undefined;
  const what =
    path !== undefined && next === permission
      ? `${thisUser()} may not look at ${path} (${codeOf(error)})`
      : `${path ?? 'A file'} cannot be looked at: ${messageOf(error)}`;
  return new DrydockError('PREFLIGHT', { what, state: 'Nothing was changed', next, cause: error });
}

/** @throws {DrydockError} as {@link looking}. */
export function isThere(path: string): boolean {
  return looking(() => statSync(path, { throwIfNoEntry: false })) !== undefined;
}

/** As {@link mayBe}. */
export function mayBeThere(path: string): boolean {
  return mayBe(() => statSync(path, { throwIfNoEntry: false }) !== undefined);
}

/** For who leaves the rest to a run: what may not be looked at may be so, and the run says what keeps it from looking. */
export function mayBe(look: () => boolean): boolean {
  try {
    return look();
  } catch (error) {
    if (codeOf(error) === '') throw error;
    return true;
  }
}

/** None either if it is no folder, or not this user's to read: for what a run can do without. */
export function namesSeenIn(folder: string): string[] {
  try {
    return namesIn(folder);
  } catch (error) {
    if (['ENOTDIR', 'EACCES', 'EPERM', 'ELOOP'].includes(codeOf(error))) return [];
    throw error;
  }
}

/** None where there is no such folder. @throws {Error} as Node has it, such as EACCES. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
