import type { Config } from '../config/config.ts';
import { DrydockError } from '../errors.ts';
import { layoutFor } from '../files/layout.ts';
import { isOpenHere } from '../files/open-files.ts';

/**
 * SQLite's locks are POSIX locks, which belong to a process: whatever opens and closes the file here, as Drydock does
 * to read it and to force it to the disk, would take the locks of the program's own connections away
 * (https://sqlite.org/howtocorrupt.html, section 2.2). In a process of its own, as the command is, that cannot happen.
 *
 * @throws {DrydockError} USAGE where this process has the database open.
 */
export function requireClosedHere(config: Config): void {
  const { database } = layoutFor(config);
  if (!isOpenHere(database)) return;
  throw new DrydockError('USAGE', {
    what: `This process has ${database} open itself, and SQLite's locks of one process do not tell two libraries apart`,
    state: 'Nothing was done',
    next: 'Close its connections first and open them afterwards, or run the command drydock instead',
  });
}
