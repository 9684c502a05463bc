/** Maintenance of the file that belongs to no revision: a run, unless a plain read shows that it would gain nothing. */
import type { Config } from '../config/config.ts';
import { DrydockError } from '../errors.ts';
import { mayBeThere } from '../files/access.ts';
import { type Reader, withReader } from '../files/database-reader.ts';
import { type Layout, layoutFor } from '../files/layout.ts';
import { readApplied } from '../revisions/applied-tables.ts';
import type { AtTarget, MaintenanceVerb } from '../run/outcome.ts';
import { type MigrationReport, migrate } from './migrate.ts';
import type { Session } from './session.ts';

/** @throws {DrydockError} with the code of the ending; PREFLIGHT if the database does not support it. */
export async function maintainDatabase(
  config: Config,
  verb: MaintenanceVerb,
  session: Session,
): Promise<MigrationReport | AtTarget> {
  return nothingToGain(layoutFor(config), verb) ?? migrate(config, { verb }, session, { kind: 'none' });
}

/**
 * Undefined if a run is needed, or a journal says that the last one must be finished first. SQLite cannot be asked
 * without writing whether there is something to optimize.
 */
function nothingToGain(layout: Layout, verb: MaintenanceVerb): AtTarget | undefined {
  if (verb === 'optimize' || mayBeThere(layout.runJournal) || mayBeThere(`${layout.database}-journal`))
    return undefined;
  const { database } = layout;
  return withReader(database, (reader) => {
    if (verb === 'incremental-vacuum') requireIncremental(reader, database);
    if (numberOf(reader, 'freelist_count') > 0) return undefined;
    const { current } = readApplied(reader);
    return { outcome: 'nothing-pending', database, from: current, to: current };
  });
}

function requireIncremental(reader: Reader, database: string): void {
  if (numberOf(reader, 'auto_vacuum') === 2) return;
  throw new DrydockError('PREFLIGHT', {
    what: `${database} does not keep what an incremental vacuum needs (its auto_vacuum is not incremental)`,
    state: 'Nothing was changed',
    next: 'Use vacuum instead; or write a revision of `transaction: false` with PRAGMA auto_vacuum = INCREMENTAL and VACUUM',
  });
}

function numberOf(reader: Reader, pragma: 'auto_vacuum' | 'freelist_count'): number {
  return Number(reader.all(`PRAGMA ${pragma}`)[0]?.[pragma]);
}
