import { DrydockError, messageOf } from '../errors.ts';

/** @param cause SQLite's error about a function that is not registered as the schema needs it. */
export function misfit(cause: unknown): DrydockError {
  return new DrydockError('PREFLIGHT', {
    what: `The schema needs a function otherwise than it is registered (${messageOf(cause)}), so Drydock cannot check the database`,
    state: 'Nothing was changed',
    next: 'Register it under sqlite_extensions in the config with the same arguments and as deterministic as in the application, and run again',
    cause,
  });
}
