/**
 * A read that the disk failed, told from damage. SQLite says of both that the database is malformed: a statement that meets
 * EIO ends with SQLITE_CORRUPT (vdbe.c of SQLite, where SQLITE_IOERR_CORRUPTFS becomes that).
 */
import type Database from 'better-sqlite3';
import { quickCheck } from '../checks/integrity.ts';
import { codeOf, DrydockError, messageOf } from '../errors.ts';
import { queryPort } from '../files/query-port.ts';

/** @returns PREFLIGHT in the place of an error that the volume is behind; any other error as it is. */
export function afterSecondLook(connection: Database.Database, error: unknown): unknown {
  const codes = codesOf(error);
  if (codes.some(isIoError)) return volumeFailed(error, '');
  // The extended codes are of an index or a virtual table that contradicts its table: what was read was read.
  if (!codes.includes('SQLITE_CORRUPT') || !isWholeNow(connection)) return error;
  return volumeFailed(error, ' (a second look finds it whole, so that the disk had failed to read it)');
}

function volumeFailed(error: unknown, found: string): DrydockError {
  return new DrydockError('PREFLIGHT', {
    what: `The volume gave up in the middle: ${error instanceof DrydockError ? error.what : messageOf(error)}${found}`,
    next: 'Look at the disk, whose errors the system log names, and at its free space and quota; then run again',
    cause: error,
  });
}

/** An error of the disk in the second look too is not damage either. */
function isWholeNow(connection: Database.Database): boolean {
  try {
    return quickCheck(queryPort(connection)).damage.length === 0;
  } catch (error) {
    if (!isIoError(codeOf(error))) throw error;
    return true;
  }
}

function isIoError(code: string): boolean {
  return code.startsWith('SQLITE_IOERR');
}

/** Of the error and of those that it stands around. */
function codesOf(error: unknown): string[] {
  return error instanceof Error ? [codeOf(error), ...codesOf(error.cause)] : [];
}
