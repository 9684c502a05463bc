import { DrydockError } from '../errors.ts';
import { isBusy } from '../lock/busy-wait.ts';
import { describeSqliteHolder } from '../lock/holder.ts';
import type { RunContext } from './context.ts';

/** A lock that outlasted the busy timeout, as the error that says so; anything else as it is. */
export function busyError(context: RunContext, error: unknown): unknown {
  if (!isBusy(error)) return error;
  const { database } = context.layout;
  return new DrydockError('BUSY', {
    what: `${database} was locked by another process for longer than the busy timeout of ${context.request.config.busyTimeoutMs} ms (holder: ${describeSqliteHolder(database)})`,
    state: 'The database is unchanged',
    next: 'Stop the writer or wait for it, or give a longer --busy-timeout, and run again',
    cause: error,
  });
}
