import { codeOf, DrydockError, messageOf } from '../errors.ts';

/**
 * Runs a statement that SQLite refuses if a row violates a constraint; the error then names the table.
 * @param rule What the rows have to satisfy.
 * @throws {DrydockError}
 */
export function requireFit<T>(table: string, rule: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    // ALTER TABLE reports "CHECK constraint failed" with the code of a syntax error.
    const unfit = codeOf(error).startsWith('SQLITE_CONSTRAINT') || messageOf(error).includes('constraint failed');
    if (!unfit) throw error;
    throw new DrydockError('REVISION_FAILED', {
      what: `existing rows of ${table} violate ${rule}: ${messageOf(error)}`,
      next: 'Fix the rows in the revision first',
      cause: error,
    });
  }
}

/**
 * Runs a statement that SQLite refuses if its definition is inconsistent.
 * @throws {DrydockError} With SQLite's message.
 */
export function requireSense<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (codeOf(error) !== 'SQLITE_ERROR') throw error;
    throw new DrydockError('REVISION_FAILED', {
      what: `SQLite refuses ${what}: ${messageOf(error)}`,
      next: 'Fix the operation in the revision',
      cause: error,
    });
  }
}
