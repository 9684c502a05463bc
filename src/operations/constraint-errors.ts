import { codeOf, DrydockError, messageOf } from '../errors.ts';

/**
 * Runs what SQLite refuses where a row does not fit, and then says of which table.
 * @param rule What the rows are to fit.
 * @throws {DrydockError}
 */
export function requireFit<T>(table: string, rule: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    // ALTER TABLE says "CHECK constraint failed" under the code of a syntax error.
    const unfit = codeOf(error).startsWith('SQLITE_CONSTRAINT') || messageOf(error).includes('constraint failed');
    if (!unfit) throw error;
    throw new DrydockError('REVISION_FAILED', {
      what: `the rows of ${table} do not fit ${rule}: ${messageOf(error)}`,
      next: 'Mend the rows first in the revision',
      cause: error,
    });
  }
}

/**
 * Runs a statement that SQLite refuses where its words make no sense together.
 * @throws {DrydockError} In SQLite's words.
 */
export function requireSense<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (codeOf(error) !== 'SQLITE_ERROR') throw error;
    throw new DrydockError('REVISION_FAILED', {
      what: `SQLite refuses ${what}: ${messageOf(error)}`,
      next: 'Mend the operation in the revision',
      cause: error,
    });
  }
}
