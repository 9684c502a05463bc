/** The errors of a run whose database does not exist. */
import { isThere } from '../files/access.ts';
import { statDatabase } from '../files/database-reader.ts';
import { layoutFor, type Whereabouts } from '../files/layout.ts';
import { databaseMissing } from './endings.ts';
import { readJournal } from './journal.ts';

/**
 * @throws {DrydockError} DAMAGED_BEFORE if an interrupted run knew the file, so that an empty one must not take its place;
 *   USAGE if there never was one.
 */
export function requireDatabase(config: Whereabouts): void {
  const layout = layoutFor(config);
  const journal = isThere(layout.database) ? undefined : readJournal(layout.runJournal);
  if (journal !== undefined) throw databaseMissing(layout, journal);
  statDatabase(config.database, layout.snapshots);
}
