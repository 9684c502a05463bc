/** The engine's connection to the live file, and the fence that shows whether another process wrote to it. */
import { openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';
import type Database from 'better-sqlite3';
import { codeOf, DrydockError, invariant, isDamage, messageOf } from '../errors.ts';
import { requireWhole } from '../files/require-whole.ts';
import { isBusy } from '../lock/busy-wait.ts';
import { openDatabase } from './open-database.ts';
import { afterSecondLook } from './second-look.ts';

/**
 * Evidence that no other connection has committed. `data_version` shows it, except in a rollback-journal mode while the
 * destination of a restore is locked. SQLite's own count of commits can be read at any time: the change counter in the
 * header, or in WAL mode `iChange` in the -shm (https://sqlite.org/pragma.html#pragma_data_version,
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
  /** Call it under the write lock, so that the answer stays true until the lock is released. */
  readonly fence: () => Fence;
  /** True if another connection has committed since. Call it under the write lock. */
  readonly othersWroteSince: (fence: Fence) => boolean;
  /** The same while a restore holds the file locked: the connection itself can then read only in WAL mode. */
  readonly othersWroteBeforeRestore: (fence: Fence) => boolean;
  /**
   * The fence after one commit by another connection of ours; needs no lock.
   * @returns undefined if that was not the only commit since.
   * @throws SQLITE_BUSY if the file is locked.
   */
  readonly fenceBehindOwnCommit: (fence: Fence) => Fence | undefined;
}

/**
 * @throws {DrydockError} PREFLIGHT if the file cannot be opened for writing, DAMAGED_BEFORE if it is not a database or not
 *   whole.
 * @throws SQLITE_BUSY if another process holds the file so that not even its header can be read.
 */
export function openLiveFile(path: string): LiveFile {
  requireWhole(path);
  // Stays open until the process ends: closing any descriptor of the file would drop the locks that SQLite holds on it
  // in this process (POSIX, https://sqlite.org/howtocorrupt.html section 2.2).
  const header = openHeader(path);
  const connection = openConnection(path);
  const commits = (wal: boolean) => {
    const field = new DataView(new ArrayBuffer(4));
    // A new descriptor each time, since the -shm may have been recreated; it too stays open.
    const [file, at] = wal ? [openSync(`${path}-shm`, 'r'), 8] : [header, 24];
    const bytes = readSync(file, field, 0, 4, at);
    // The -shm is in the byte order of the machine, a database file is always big-endian.
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
      // In this order, a commit between the two reads changes the count.
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
      next: 'Check that the file exists and that this user has permission to read and write it',
      cause: error,
    });
  }
}

function openConnection(path: string): Database.Database {
  let connection: Database.Database | undefined;
  try {
    connection = openDatabase(path, { fileMustExist: true, timeout: 0 });
    // Enforcement stays off for the whole run: with it on, the DROP TABLE of a rebuild deletes the rows of child tables.
    // Inside a transaction the pragma is a silent no-op, so it is set here (https://sqlite.org/pragma.html#pragma_foreign_keys).
    connection.pragma('foreign_keys = OFF');
    invariant(connection.pragma('foreign_keys', { simple: true }) === 0, 'foreign_keys did not go off');
    // Anything less than EXTRA lost a reported commit in 20 of 20 power cuts, in either journal mode.
    connection.pragma('synchronous = EXTRA');
    // The first read shows whether this is a database, and rolls back what a crashed writer left.
    connection.pragma('schema_version');
    tune(connection);
    return connection;
  } catch (error) {
    const seen = connection === undefined ? error : afterSecondLook(connection, error);
    connection?.close();
    throw explainOpening(path, seen);
  }
}

/**
 * Bounds the cache, so that memory does not grow with the database, and maps reads, which makes an integrity check 25 %
 * faster. Not in WAL mode: a mapped page is not cached, so each access searches the whole WAL, and the check of a
 * gigabyte that had just been rewritten took 32 s instead of 12.
 */
export function tune(connection: Database.Database): void {
  const wal = connection.pragma('journal_mode', { simple: true }) === 'wal';
  connection.pragma('cache_size = -65536');
  connection.pragma(`mmap_size = ${wal ? 0 : 2147418112}`);
}

/** @returns A DrydockError if SQLite's error means that the file cannot be opened or read; otherwise the error itself. */
export function explainOpening(path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (isDamage(error)) {
    return new DrydockError('DAMAGED_BEFORE', {
      what: `${path} is ${code === 'SQLITE_NOTADB' ? 'not a SQLite database (or it is encrypted)' : `damaged: ${messageOf(error)}`}`,
      state: 'It was like that before this run; nothing was changed',
      next: 'Check --database; to go back to a sound state: `drydock snapshot list`, then `drydock snapshot restore <id>`',
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
 * Writes `user_version` unchanged. On a read-only file BEGIN IMMEDIATE succeeds and only the first write fails.
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
