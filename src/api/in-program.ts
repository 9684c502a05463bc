/** Protects a program that imports a verb. Drydock's own processes, the command and the daemon, are exempt. */
import type { Config } from '../config/config.ts';
import { DrydockError, messageOf } from '../errors.ts';
import type { Observer } from '../events.ts';
import { layoutFor } from '../files/layout.ts';
import { isOpenHere } from '../files/open-files.ts';
import { rootRefused, userInsteadOfRoot } from '../files/root.ts';

/**
 * SQLite's locks are POSIX locks, which belong to a process. Drydock opens and closes the file here to read and sync
 * it, which would drop the locks of the program's own connections (https://sqlite.org/howtocorrupt.html, section 2.2).
 *
 * @throws {DrydockError} USAGE if this process has the database open.
 */
export function requireClosedHere(config: Config): void {
  if (config.ownProcess !== undefined) return;
  const { database } = layoutFor(config);
  if (!isOpenHere(database)) return;
  throw new DrydockError('USAGE', {
    what: `This process has ${database} open itself, and SQLite's locks of one process do not tell two libraries apart`,
    state: 'Nothing was done',
    next: 'Close its connections first and open them afterwards, or run the command drydock instead',
  });
}

/**
 * The command becomes the owner of the folder; a program must not become another user.
 * @throws {DrydockError} PREFLIGHT if it runs as root in the folder of another user.
 */
export function requireNoRoot(config: Config): void {
  if (config.ownProcess !== undefined || config.asRoot === 'allow') return;
  const user = userInsteadOfRoot(layoutFor(config));
  if (user === undefined) return;
  throw rootRefused(
    `This program runs as root, and the folder of ${config.database} belongs to uid ${user.uid}`,
    'Run it as that user',
  );
}

/** An observer's error must not end a run midway; it becomes a process warning. */
export function withoutConsequences(observer: Observer): Observer {
  const warn = (error: unknown) => process.emitWarning(`an observer of Drydock failed: ${messageOf(error)}`);
  return (event) => {
    try {
      // An observer may be async, and its rejection would end the process.
      Promise.resolve(observer(event)).catch(warn);
    } catch (error) {
      warn(error);
    }
  };
}
