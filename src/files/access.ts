/** "Not accessible" is not "absent": treating it so would report success without evidence. */
import { readdirSync, statSync } from 'node:fs';
import { codeOf, DrydockError, messageOf } from '../errors.ts';
import { type Trouble, troubleOf } from '../system-errors.ts';

/** What to do if something else is in the place of a file or folder. */
export const moveAway = 'Find out what created it and move it away';

/**
 * What to do if a file cannot be accessed: permission denied, something else in its place, a failing disk.
 * @returns undefined if it is not an error of the operating system.
 */
export function nextWhereUnseen(error: unknown): string | undefined {
  const trouble = troubleOf(codeOf(error));
  return trouble === undefined || codeOf(error).startsWith('SQLITE_') ? undefined : nexts[trouble];
}

const lookAtDisk = 'Check the system log for disk errors';
const nexts: Readonly<Record<Trouble, string>> = {
  permission: 'Give it the permission, or run as the owner of the database',
  obstacle: moveAway,
  full: lookAtDisk,
  volume: lookAtDisk,
  'open files': 'Raise the limit of open files (ulimit -n), or end the processes that use them',
  processes: 'End what uses up the processes of this user or container',
  memory: 'Free memory',
};

export function permissionDenied(): string {
  return `Permission denied for uid ${process.getuid?.()}`;
}

/**
 * For commands that only read. A run reports the state of the data itself.
 * @throws {DrydockError} PREFLIGHT if `look` fails because a file cannot be accessed.
 */
export function looking<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw asRefusal(error);
  }
}

/** Converts an error of the operating system to the one that {@link looking} throws; returns any other error as it is. */
export function asRefusal(error: unknown): unknown {
  const next = nextWhereUnseen(error);
  if (next === undefined) return error;
  const path = error instanceof Error && 'path' in error ? String(error.path) : undefined;
  const what =
    path !== undefined && troubleOf(codeOf(error)) === 'permission'
      ? `${permissionDenied()}: cannot access ${path} (${codeOf(error)})`
      : `${path ?? 'A file'} cannot be accessed: ${messageOf(error)}`;
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

/** True if `look` is not permitted: for callers that then start a run, which reports what prevents it. */
export function mayBe(look: () => boolean): boolean {
  try {
    return look();
  } catch (error) {
    if (codeOf(error) === '') throw error;
    return true;
  }
}

/** Empty, too, if it is not a folder or permission is denied: for what a run can do without. */
export function namesSeenIn(folder: string): string[] {
  try {
    return namesIn(folder);
  } catch (error) {
    if (['ENOTDIR', 'EACCES', 'EPERM', 'ELOOP'].includes(codeOf(error))) return [];
    throw error;
  }
}

/** Empty if there is no such folder. @throws {Error} Node's own, such as EACCES. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
