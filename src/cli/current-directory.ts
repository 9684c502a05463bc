import { codeOf, DrydockError } from '../errors.ts';

/** @throws {DrydockError} USAGE if it was removed, as by a deployment under an open shell. */
export function currentDirectory(): string {
  try {
    return process.cwd();
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    throw new DrydockError('USAGE', {
      what: 'The current directory is gone',
      next: 'Change into one that exists',
      cause,
    });
  }
}
