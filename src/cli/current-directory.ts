import { codeOf, DrydockError } from '../errors.ts';

/** @throws {DrydockError} USAGE where it was removed, as a deployment does under an open shell. */
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
