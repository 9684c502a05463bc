/** A run is asked for, and its database is not there. */
import { DrydockError } from '../errors.ts';
import { isThere } from '../files/access.ts';
import { statDatabase } from '../files/database-reader.ts';
import { type Layout, layoutFor, type Whereabouts } from '../files/layout.ts';
import { type RunJournal, readJournal } from './journal.ts';

/**
 * @throws {DrydockError} DAMAGED_BEFORE where an interrupted run knew the file, so that an empty one must not take its place;
 *   USAGE where nobody ever did.
 */
export function requireDatabase(config: Whereabouts): void {
  const layout = layoutFor(config);
  const journal = isThere(layout.database) ? undefined : readJournal(layout.runJournal);
  if (journal !== undefined) throw databaseGone(layout, journal);
  statDatabase(config.database, layout.snapshots);
}

export function databaseGone({ database }: Layout, { runId, exchanging }: RunJournal): DrydockError {
  return new DrydockError('DAMAGED_BEFORE', {
    what: `Run ${runId} was interrupted, and ${database} is gone`,
    state: 'Nothing was changed',
    next:
      exchanging === null
        ? 'Put the file back with its -wal or -journal; or see drydock snapshot list, then drydock snapshot restore <id>'
        : `That run was putting a snapshot in its place; to go on with it: drydock snapshot restore ${exchanging.source}`,
  });
}
