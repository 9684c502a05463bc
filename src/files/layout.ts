/**
 * The paths of everything that belongs to one database. All of it is beside the real file (symlinks resolved), where
 * SQLite puts its own -wal and -journal, and which all containers that share the directory see.
 */

import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { noDatabase } from '../config/no-database.ts';
import { codeOf, DrydockError } from '../errors.ts';
import { shellWord } from './shell-word.ts';

export interface Layout {
  /** Real path of the database file. */
  readonly database: string;
  readonly directory: string;
  /** Drydock's own small files: the kernel lock, the run journal, the working copy, SQLite's temporary files. */
  readonly work: string;
  /** The file whose SQLite lock is the lock between runs. */
  readonly runnerLock: string;
  readonly owner: string;
  readonly runJournal: string;
  /** The last run with a relative target, until its result was reported to the caller. */
  readonly untold: string;
  /** The records of the last runs. */
  readonly runs: string;
  /** The mark of `drydock begin-anew`. */
  readonly begunAnew: string;
  /** What the daemon must remember about its windows across restarts. */
  readonly daemonMemory: string;
  readonly workingCopy: string;
  /** A copy of a snapshot that will replace a database which cannot be opened. */
  readonly incoming: string;
  /** The folder for the copy of a rehearsal, and the lock between rehearsals. */
  readonly rehearsal: string;
  readonly rehearsalLock: string;
  readonly rehearsalOwner: string;
  /** proper-lockfile's directory, for people and other tools. */
  readonly visibleLock: string;
  readonly snapshots: string;
}

/** The settings that these paths depend on; the config has them. */
export interface Whereabouts {
  /** As the user gave it; may be a symlink; need not exist. */
  readonly database: string;
  /** `directory`: an absolute path to use instead of `<database>.snapshots`. */
  readonly snapshots?: { readonly directory?: string };
}

/**
 * @throws {DrydockError} USAGE if the directory of the database does not exist; PREFLIGHT if permission to enter it is denied.
 */
export function layoutFor({ database: path, snapshots }: Whereabouts): Layout {
  if (path === '') throw noDatabase('the config');
  const database = resolveDatabase(path);
  requireNoBlankAtEnd(database);
  const work = `${database}.drydock`;
  return {
    database,
    directory: dirname(database),
    work,
    runnerLock: join(work, 'runner.lock'),
    owner: join(work, 'owner.json'),
    runJournal: join(work, 'run.json'),
    untold: join(work, 'untold.json'),
    runs: join(work, 'runs'),
    begunAnew: join(work, 'begun-anew.json'),
    daemonMemory: join(work, 'daemon.json'),
    workingCopy: join(work, 'working-copy.db'),
    incoming: join(work, 'incoming.db'),
    rehearsal: join(work, 'rehearsal'),
    rehearsalLock: join(work, 'rehearsal.lock'),
    rehearsalOwner: join(work, 'rehearsal-owner.json'),
    visibleLock: `${database}.lock`,
    snapshots: snapshots?.directory ?? snapshotsBeside(database),
  };
}

/** The default folder for snapshots. */
export function snapshotsBeside(database: string): string {
  return `${database}.snapshots`;
}

/** The files in the work folder; each may have a `.tmp` beside it while it is written. */
export function workFiles(layout: Layout): string[] {
  const { runnerLock, owner, runJournal, untold, daemonMemory, workingCopy, incoming, rehearsalLock, rehearsalOwner } =
    layout;
  return [runnerLock, owner, runJournal, untold, daemonMemory, workingCopy, incoming, rehearsalLock, rehearsalOwner];
}

/** The driver trims the path, and would open another file. */
function requireNoBlankAtEnd(path: string): void {
  if (path === path.trimEnd()) return;
  throw new DrydockError('USAGE', {
    what: `The database path '${path}' ends with whitespace`,
    next: 'Rename the file, or remove the whitespace from --database (or from `database` in the config)',
  });
}

function resolveDatabase(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') {
      // Without permission the path may still be the right one: that is no usage error.
      throw new DrydockError(codeOf(error) === 'EACCES' ? 'PREFLIGHT' : 'USAGE', {
        what: `The database path ${path} cannot be followed (${codeOf(error)})`,
        next: 'Check the path and the permissions of the directories above it',
        cause: error,
      });
    }
  }
  const link = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  // A dangling link: the snapshots are beside its missing target. A loop of links is ELOOP, above.
  if (link) return resolveDatabase(resolve(dirname(path), readlinkSync(path)));
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch (error) {
    throw new DrydockError('USAGE', {
      what: `There is no directory ${dirname(path)} for the database ${path}`,
      next: `Check --database (or \`database\` in the config), and in a container that the volume is mounted; for a first install: \`mkdir -p ${shellWord(dirname(path))} && touch ${shellWord(path)}\``,
      cause: error,
    });
  }
}
