/** Checks what is under a name of Drydock's or SQLite's, without following, waiting for or opening it. */
import { lstatSync, type Stats } from 'node:fs';
import { DrydockError } from '../errors.ts';
import { moveAway } from './access.ts';

/** @returns An error if it is not a plain file; undefined if it is one, or nothing is there. */
export function misplaced(path: string, whose: 'Drydock' | 'SQLite'): DrydockError | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats === undefined || stats.isFile() ? undefined : notAFile(path, kindOf(stats), whose);
}

/** @throws {DrydockError} PREFLIGHT if something other than a plain file is there. */
export function requireFileOrNothing(path: string): void {
  const problem = misplaced(path, 'Drydock');
  if (problem !== undefined) throw problem;
}

/** What SQLite keeps beside a database. A named pipe in place of one would block every process that opens the database. */
export function companionsOf(database: string): string[] {
  return ['-wal', '-shm', '-journal'].map((suffix) => `${database}${suffix}`);
}

export function notAFile(path: string, kind: string, whose: 'Drydock' | 'SQLite'): DrydockError {
  return new DrydockError('PREFLIGHT', {
    what: `${path} is ${kind}, and ${whose} keeps a file of its own under that name`,
    state: 'Nothing was changed',
    next: moveAway,
  });
}

export function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}
