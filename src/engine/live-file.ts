/** The engine's connection to the live file, and the fence that tells whether anybody else wrote to it. */
import { openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';
import Database from 'better-sqlite3';
import { codeOf, DrydockError, invariant, isDamage, messageOf } from '../errors.ts';
import { requireWhole } from '../files/require-whole.ts';
import { isBusy } from '../lock/busy-wait.ts';

/**
 * Evidence that nobody else committed. `data_version` says it, in a rollback-journal mode not while the destination of a
 * restore is locked. SQLite's own count of commits can be read at any time: the change counter in the header, or in WAL
 * mode `iChange` in the -shm (https://sqlite.org/pragma.html#pragma_data_version,
 * https://sqlite.org/fileformat2.html section 1.3.7, https://sqlite.org/walformat.html section 2.1).
 */
export interface Fence {
  readonly wal: boolean;
  readonly dataVersion: number;
  readonly commits: number;
}

export interface LiveFile {
  readonly path: string;
  readonly connection: Database.Database;
  /** Must be called under the write lock, so that what it says stays true until the lock is given up. */
  readonly fence: () => Fence;
  /** True where nobody else committed since; to be called under the write lock. */
  readonly othersWroteSince: (fence: Fence) => boolean;
  /** The same while a restore holds the file locked, where the connection itself may read only in WAL mode. */
  readonly othersWroteBeforeRestore: (fence: Fence) => boolean;
  /**
   * The fence behind one commit of another connection of ours; needs no lock.
   * @returns undefined if that was not the only commit since.
   * @throws SQLITE_BUSY if somebody holds the file locked.
   */
  readonly fenceBehindOwnCommit: (fence: Fence) => Fence | undefined;
}

/**
 * @throws {DrydockError} PREFLIGHT where the file cannot be opened for writing, DAMAGED_BEFORE where it is no database, or not
 *   whole.
 * @throws SQLITE_BUSY where somebody holds the file so that not even its header can be read.
 */
export function openLiveFile(path: string): LiveFile {
  requireWhole(path);
  // Kept open until the process ends: closing any descriptor of the file would drop the locks that SQLite holds on it
  // in this process (POSIX, https://sqlite.org/howtocorrupt.html section 2.2).
  const header = openHeader(path);
  const connection = openConnection(path);
  const commits = (wal: boolean) => {
    const field = new DataView(new ArrayBuffer(4));
    // A new descriptor each time, since a -shm may have been made anew; it too stays open.
    const [file, at] = wal ? [openSync(`${path}-shm`, 'r'), 8] : [header, 24];
    const bytes = readSync(file, field, 0, 4, at);
    // The -shm is in the byte order of the machine, a file in one that is the same everywhere.
    return bytes === 4 ? field.getUint32(0, wal && endianness() === 'LE') : 0;
  };
  const dataVersion = () => connection.pragma('data_version', { simple: true }) as number;
  return {
    path,
    connection,
    fence() {
      invariant(connection.open && connection.inTransaction, 'a fence was asked for without the write lock');
      const wal = connection.pragma('journal_mode', { simple: true }) === 'wal';
      return { wal, dataVersion: dataVersion(), commits: commits(wal) };
    },
    othersWroteSince: (fence) => dataVersion() !== fence.dataVersion,
    othersWroteBeforeRestore: (fence) =>
      fence.wal ? dataVersion() !== fence.dataVersion : commits(false) !== fence.commits,
    fenceBehindOwnCommit({ wal, commits: before }) {
      // In this order: whoever commits after the first is seen by the second, or changes the first.
      const now = { wal, dataVersion: dataVersion(), commits: commits(wal) };
      return now.commits === (before + 1) % 2 ** 32 ? now : undefined;
    },
  };
}

function openHeader(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw new DrydockError('PREFLIGHT', {
      what: `${path} cannot be opened for reading (${codeOf(error)})`,
      state: 'Nothing was changed',
      next: 'Check that the file is there and that this user may read and write it',
      cause: error,
    });
  }
}

function openConnection(path: string): Database.Database {
  let connection: Database.Database | undefined;
  try {
    connection = new Database(path, { fileMustExist: true, timeout: 0 });
    // Enforcement stays off for the whole run: with it on, the DROP TABLE of a rebuild deletes the rows of child tables.
    // Inside a transaction the pragma is a silent no-op, so it is set here (https://sqlite.org/pragma.html#pragma_foreign_keys).
    connection.pragma('foreign_keys = OFF');
    invariant(connection.pragma('foreign_keys', { simple: true }) === 0, 'foreign_keys did not go off');
    // Less than EXTRA lost a commit that was reported, in 20 power cuts of 20, in either journal mode.
    connection.pragma('synchronous = EXTRA');
    // The first read finds out whether this is a database, and rolls back what a crashed writer left.
    connection.pragma('schema_version');
    tune(connection);
    return connection;
  } catch (error) {
    connection?.close();
    throw explainOpening(path, error);
  }
}

/**
 * Memory that does not grow with the database, and mapped reads, which make an integrity check a quarter faster. Not in
 * WAL mode: a page that is mapped is not cached, so each look at it is a search through the whole WAL, which made the
 * check of a gigabyte that had just been rewritten take 32 s instead of 12.
 */
export function tune(connection: Database.Database): void {
  const wal = connection.pragma('journal_mode', { simple: true }) === 'wal';
  connection.pragma('cache_size = -65536');
  connection.pragma(`mmap_size = ${wal ? 0 : 2147418112}`);
}

/** @returns The DrydockError for what SQLite says of a file that cannot be opened or read; else the error itself. */
export function explainOpening(path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (isDamage(error)) {
    return new DrydockError('DAMAGED_BEFORE', {
      what: `${path} is ${code === 'SQLITE_NOTADB' ? 'not a SQLite database (or it is encrypted)' : `damaged: ${messageOf(error)}`}`,
      state: 'It was like that before this run; nothing was changed',
      next: 'Check --database; to go back to a sound state: drydock snapshot list, then drydock snapshot restore <id>',
      cause: error,
    });
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_PERM')) {
    return new DrydockError('PREFLIGHT', {
      what: `${path} cannot be opened for writing (${code})`,
      state: 'Nothing was changed',
      next: 'Check the permissions of the file and of its directory, and that the volume is not mounted read-only',
      cause: error,
    });
  }
  return error;
}

/**
 * Writes a value that is already there. On a read-only file BEGIN IMMEDIATE succeeds and only the first write fails.
 * @throws {DrydockError} PREFLIGHT
 */
export function probeWrite(live: LiveFile): void {
  try {
    const version = live.connection.pragma('user_version', { simple: true });
    live.connection.pragma(`user_version = ${version}`);
  } catch (error) {
    if (isBusy(error)) throw error;
    throw new DrydockError('PREFLIGHT', {
      what: `${live.path} cannot be written: ${messageOf(error)}`,
      state: 'Nothing was changed',
      next: 'Check the permissions of the file and of its directory, the free space, and that the volume is not read-only',
      cause: error,
    });
  }
}
