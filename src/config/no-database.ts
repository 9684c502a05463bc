import { DrydockError } from '../errors.ts';

/** @param file The config, in which it could be named. */
export function noDatabase(file: string): DrydockError {
  return new DrydockError('USAGE', {
    what: 'no database is named',
    next: `Set database in ${file}, or give --database or DRYDOCK_DATABASE`,
  });
}
