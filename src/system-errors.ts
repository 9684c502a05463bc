/** What the operating system's errors mean, in one table, so that messages can say what to do about them. */
import { constants } from 'node:os';

/** The cause of an error of the operating system. */
export type Trouble =
  /** The disk, a quota or a size limit is full. */
  | 'full'
  /** The volume fails, is unmounted, or is read-only. */
  | 'volume'
  /** Permission denied. */
  | 'permission'
  /** Something else is in the place of a file or folder. */
  | 'obstacle'
  /** The limit of open files is reached. */
  | 'open files'
  /** The limit of processes or threads is reached. */
  | 'processes'
  | 'memory';

const troubles: Readonly<Record<string, Trouble>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EIO: 'volume',
  EROFS: 'volume',
  ESTALE: 'volume',
  ENOLCK: 'volume',
  ENXIO: 'volume',
  ENODEV: 'volume',
  ENOTCONN: 'volume',
  ESHUTDOWN: 'volume',
  EHOSTDOWN: 'volume',
  ETIMEDOUT: 'volume',
  EREMOTEIO: 'volume',
  EBADMSG: 'volume',
  EUCLEAN: 'volume',
  ENODATA: 'volume',
  ENOMEDIUM: 'volume',
  EHWPOISON: 'volume',
  EACCES: 'permission',
  EPERM: 'permission',
  ENOTDIR: 'obstacle',
  EISDIR: 'obstacle',
  ELOOP: 'obstacle',
  EMFILE: 'open files',
  ENFILE: 'open files',
  EAGAIN: 'processes',
  ENOMEM: 'memory',
};

/** @param code From `codeOf`: a code of the operating system or of SQLite. */
export function troubleOf(code: string): Trouble | undefined {
  if (code === 'SQLITE_FULL') return 'full';
  if (code === 'SQLITE_NOMEM') return 'memory';
  // SQLite reports an exceeded quota, and sometimes a full disk, as an I/O error.
  return /^SQLITE_(?:READONLY|IOERR|CANTOPEN)/.test(code) ? 'volume' : troubles[code];
}

/** Errors that libuv, and so Node, has no name for, with Linux's name and description (errno(3)). */
const unnamed: readonly { readonly code: string; readonly errno: number | undefined; readonly says: string }[] = [
  { code: 'EDQUOT', errno: constants.errno.EDQUOT, says: 'disk quota exceeded' },
  { code: 'ESTALE', errno: constants.errno.ESTALE, says: 'stale file handle' },
  { code: 'ENOLCK', errno: constants.errno.ENOLCK, says: 'no locks available' },
  { code: 'EBADMSG', errno: constants.errno.EBADMSG, says: 'bad message' },
  // Only on Linux, whose file systems return these for their own damage and for a removed medium.
  { code: 'EUCLEAN', errno: 117, says: 'structure needs cleaning' },
  { code: 'ENOMEDIUM', errno: 123, says: 'no medium found' },
  { code: 'EHWPOISON', errno: 133, says: 'memory page has hardware error' },
];

const unknownError = /Unknown system error -(\d+)/;

/** Converts `Unknown system error -122`, which Node gives as a code, to the real code. */
export function nameOfUnknown(code: string): string {
  const errno = unknownError.exec(code)?.[1];
  return unnamed.find((one) => String(one.errno) === errno)?.code ?? code;
}

/** Does the same in a message of Node's: `EDQUOT: disk quota exceeded, write`. */
export function describeUnknown(message: string): string {
  const errno = unknownError.exec(message)?.[1];
  const known = unnamed.find((one) => String(one.errno) === errno);
  if (known === undefined) return message;
  return message.replace(
    new RegExp(`${unknownError.source}(?:: ${unknownError.source})?`),
    `${known.code}: ${known.says}`,
  );
}
