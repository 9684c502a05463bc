/**
 * Tells a failed read of the disk from damage. SQLite reports both as a malformed database: a statement that meets EIO
 * ends with SQLITE_CORRUPT (SQLite's vdbe.c turns SQLITE_IOERR_CORRUPTFS into that).
 */
import type Database from 'better-sqlite3';
import { quickCheck } from '../checks/integrity.ts';
import { codeOf, DrydockError, messageOf } from '../errors.ts';
import { queryPort } from '../files/query-port.ts';

/** @returns A PREFLIGHT error if the volume caused this one; otherwise the error itself. */
export function afterSecondLook(connection: Database.Database, error: unknown): unknown {
  const codes = codesOf(error);
  if (codes.some(isIoError)) return volumeFailed(error, '');
  // Extended codes mean an index or a virtual table that contradicts its table: those reads succeeded.
  if (!codes.includes('SQLITE_CORRUPT') || !isWholeNow(connection)) return error;
  return volumeFailed(error, ' (a second check finds the database whole, so the disk had failed to read it)');
}

function volumeFailed(error: unknown, found: string): DrydockError {
  return new DrydockError('PREFLIGHT', {
    what: `The volume failed during the run: ${error instanceof DrydockError ? error.what : messageOf(error)}${found}`,
    next: "Check the system log for disk errors, and the volume's free space and quota; then run again",
    cause: error,
  });
}

/** If the disk fails again during this check, that is not damage either. */
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

/** The codes of the error and of its causes. */
function codesOf(error: unknown): string[] {
  return error instanceof Error ? [codeOf(error), ...codesOf(error.cause)] : [];
}
