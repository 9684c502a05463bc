/**
 * Reads a live database without a trace: nothing is written or created. The driver is Node's own, because only it can
 * open `immutable=1`; better-sqlite3 is for the processes that hold locks.
 */
import { type BigIntStats, closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { codeOf, DrydockError, isDamage, isMisfit, messageOf } from '../errors.ts';
import { troubleOf } from '../system-errors.ts';

import { looking, mayBe, mayBeThere, namesIn, nextWhereUnseen } from './access.ts';

import { layoutFor, snapshotsBeside } from './layout.ts';
import { misfit } from './misfit.ts';
import { companionsOf, misplaced } from './place.ts';
import type { QueryPort, QueryRow } from './query-port.ts';
import { requireWhole } from './require-whole.ts';
import { shellWord } from './shell-word.ts';

/** What a reading function may do. */
export interface Reader extends QueryPort {
  all(sql: string, ...params: SQLInputValue[]): Record<string, unknown>[];
}

type Equip = (connection: DatabaseSync) => void;

/**
 * Opens the database read-only, calls `read`, closes it.
 *
 * A database in WAL mode that no process has open is one plain file, yet even a read-only connection creates its -wal
 * and -shm and leaves them (https://sqlite.org/wal.html#readonly). So such a file is read as immutable, and read again
 * without that flag if it changed meanwhile.
 *
 * @param patienceMs How long to wait for a writer that has it locked; this blocks the process.
 * @param equip Gives each connection what the schema needs; it may load extensions.
 * @throws {DrydockError} USAGE if it is missing or not a file; DAMAGED_BEFORE if it is not a database, or not whole.
 */
export function withReader<T>(database: string, read: (reader: Reader) => T, patienceMs = 2_000, equip?: Equip): T {
  const before = statDatabase(database);
  for (const path of companionsOf(database)) requireCompanion(path);
  requireWhole(layoutFor({ database }).database);
  try {
    if (isAtRestInWal(database)) {
      const result = readLookingTwice(`${pathToFileURL(database).href}?immutable=1`, read, patienceMs, equip);
      if (isAtRestInWal(database) && sameFile(before, statDatabase(database))) return result;
    }
    return readLookingTwice(pathToFileURL(database).href, read, patienceMs, equip);
  } catch (error) {
    throw error instanceof DrydockError ? error : explain(database, error);
  }
}

/** A read that the disk failed looks like damage to SQLite; see src/engine/second-look.ts, which does the same. */
function readLookingTwice<T>(uri: string, read: (reader: Reader) => T, patienceMs: number, equip?: Equip): T {
  try {
    return readOnce(uri, read, patienceMs, equip);
  } catch (error) {
    throw isDamage(error) ? afterSecondLook(uri, error, equip) : error;
  }
}

/** Opens it as the first look did, so that it leaves as little behind. */
function afterSecondLook(uri: string, error: unknown, equip?: Equip): unknown {
  try {
    const check = (reader: Reader) => reader.all('PRAGMA quick_check');
    const found = readOnce(uri, check, 0, equip);
    if (found.length !== 1 || found[0]?.['quick_check'] !== 'ok') return error;
  } catch (second) {
    return troubleOf(codeOf(second)) === 'volume' ? second : error;
  }
  const message = `${messageOf(error)} (a second check finds it whole, so the disk had failed to read it)`;
  return Object.assign(new Error(message, { cause: error }), { code: 'SQLITE_IOERR' });
}

/** @throws {DrydockError} PREFLIGHT if it is not a plain file: SQLite would wait for ever for a writer of a named pipe. */
function requireCompanion(path: string): void {
  const problem = looking(() => misplaced(path, 'SQLite'));
  if (problem !== undefined) throw problem;
}

function readOnce<T>(uri: string, read: (reader: Reader) => T, patienceMs: number, equip?: Equip): T {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(new URL(uri), { readOnly: true, timeout: patienceMs, allowExtension: equip !== undefined });
    equip?.(db);
    const prepare = db.prepare.bind(db);
    // One transaction, so that all reads see the same state.
    db.exec('BEGIN');
    return read({
      all: (sql, ...params) => prepare(sql).all(...params),
      iterate(sql) {
        // The connection itself is read-only.
        const statement = prepare(sql);
        statement.setReadBigInts(true);
        statement.setReturnArrays(true);
        return withCodes(statement.iterate() as Iterable<unknown>) as Iterable<QueryRow>;
      },
    });
  } catch (error) {
    throw withSqliteCode(error);
  } finally {
    db?.close();
  }
}

/**
 * Stats of a database file, which must exist and be a file.
 * @throws {DrydockError} USAGE; DAMAGED_BEFORE if only its -wal or -journal exists; PREFLIGHT if permission is denied.
 */
export function statDatabase(database: string, snapshots = snapshotsBeside(database)): BigIntStats {
  let stats: BigIntStats | undefined;
  try {
    stats = statSync(database, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (codeOf(error) !== 'ELOOP') throw explain(database, error);
    throw new DrydockError('USAGE', {
      what: `${database} is a symbolic link that leads to itself`,
      next: 'Check --database (or `database` in the config)',
      cause: error,
    });
  }
  if (stats === undefined) {
    // Without the folder there are no companions either.
    if (mayBeThere(dirname(database))) requireWhole(layoutFor({ database }).database);
    throw new DrydockError('USAGE', {
      what: `There is no database at ${database}`,
      next: `Check --database (or \`database\` in the config), and in a container that the volume is mounted; ${insteadOfMissing(database, snapshots)}`,
    });
  }
  if (!stats.isFile()) {
    throw new DrydockError('USAGE', {
      what: `${database} is a ${stats.isDirectory() ? 'directory' : 'special file'}, not a database file`,
      next: 'Name the database file itself in --database (or `database` in the config)',
    });
  }
  return stats;
}

/** Advises `touch` only if there are no snapshots: an empty file in place of a lost one would pass as a first install. */
function insteadOfMissing(database: string, snapshots: string): string {
  if (mayBe(() => namesIn(snapshots).some((name) => name.endsWith('.db')))) {
    return 'its snapshots are still there; to go back to the last one: `drydock snapshot list`, then `drydock snapshot restore latest`';
  }
  // Its snapshots may be in a folder that the config names.
  return mayBeThere(dirname(database)) && mayBeThere(layoutFor({ database }).runs)
    ? 'Drydock has run on it before: put the file back, or see `drydock snapshot list`'
    : `for a first install create it empty: \`touch ${shellWord(database)}\``;
}

function isAtRestInWal(database: string): boolean {
  const wal = statSync(`${database}-wal`, { throwIfNoEntry: false });
  return (wal === undefined || wal.size === 0) && !existsSync(`${database}-journal`) && isInWal(database);
}

/** Reads the journal mode from the file: a read-only connection does not report it reliably. */
export function isInWal(database: string): boolean {
  return journalVersion(database) === 2;
}

/** Byte 18 of the header: 1 for a rollback journal, 2 for WAL (https://sqlite.org/fileformat2.html, section 1.3.3). */
function journalVersion(database: string): number | undefined {
  const fd = openSync(database, 'r');
  try {
    const header = Buffer.alloc(20);
    return readSync(fd, header, 0, 20, 0) === 20 ? header[18] : undefined;
  } finally {
    closeSync(fd);
  }
}

function* withCodes<T>(rows: Iterable<T>): Generator<T, void, undefined> {
  try {
    yield* rows;
  } catch (error) {
    throw withSqliteCode(error);
  }
}

/** Node's driver gives ERR_SQLITE_ERROR and a number; all other code in Drydock expects SQLite's names. */
function withSqliteCode(error: unknown): unknown {
  if (!(error instanceof Error && 'errcode' in error)) return error;
  const name = resultCodes.get(Number(error.errcode) & 0xff) ?? 'SQLITE_ERROR';
  return Object.assign(error, { code: name });
}

/** Primary result codes (https://sqlite.org/rescode.html). */
const resultCodes = new Map([
  [5, 'SQLITE_BUSY'],
  [6, 'SQLITE_LOCKED'],
  [7, 'SQLITE_NOMEM'],
  [8, 'SQLITE_READONLY'],
  [10, 'SQLITE_IOERR'],
  [11, 'SQLITE_CORRUPT'],
  [14, 'SQLITE_CANTOPEN'],
  [26, 'SQLITE_NOTADB'],
]);

function sameFile(a: BigIntStats, b: BigIntStats): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs;
}

function explain(database: string, error: unknown): unknown {
  if (isMisfit(messageOf(error))) return misfit(error);
  switch (codeOf(error)) {
    case 'SQLITE_NOTADB':
      return new DrydockError('DAMAGED_BEFORE', {
        what: `${database} is not a SQLite database (or it is encrypted)`,
        state: 'Nothing was changed',
        next: 'Check --database; if this is the right file, restore it: `drydock snapshot list`',
        cause: error,
      });
    case 'SQLITE_CORRUPT':
      return new DrydockError('DAMAGED_BEFORE', {
        what: `${database} is damaged: ${messageOf(error)}`,
        state: 'Nothing was changed',
        next: 'Restore it from a snapshot: `drydock snapshot list`, then `drydock snapshot restore <id>`',
        cause: error,
      });
    case 'SQLITE_BUSY':
      return new DrydockError('BUSY', {
        what: `${database} is locked by another program and could not be read`,
        state: 'Nothing was changed',
        next: 'Try again when the writer has finished',
        cause: error,
      });
    case 'SQLITE_READONLY':
      return new DrydockError('BUSY', {
        what: `${database} has a hot journal or a WAL that a crashed writer left, and a reading command does not touch it`,
        state: 'Nothing was changed',
        next: 'Start the application or run `drydock upgrade`: either lets SQLite roll it back',
        cause: error,
      });
    // Thrown when the header is read, before SQLite opens the file.
    case 'EACCES':
    case 'EPERM':
    case 'SQLITE_CANTOPEN':
      return new DrydockError('PREFLIGHT', {
        what: `${database} cannot be opened: ${messageOf(error)}`,
        state: 'Nothing was changed',
        next: "Check the file's and its directory's permissions; a WAL database in use cannot be read on a read-only volume",
        cause: error,
      });
    default:
      if (troubleOf(codeOf(error)) === undefined) return error;
      return new DrydockError('PREFLIGHT', {
        what: `${database} cannot be read: ${messageOf(error)}`,
        state: 'Nothing was changed',
        next:
          nextWhereUnseen(error) ??
          'Check the system log for disk errors, and the files beside the database, before anything writes to it',
        cause: error,
      });
  }
}
