/** What the operating system's errors mean, in one table: for whoever must say what to do about one. */
import { constants } from 'node:os';

/** What is behind an error of the system. */
export type Trouble =
  /** The disk, a quota or a size limit is full. */
  | 'full'
  /** The volume fails, is gone, or may not be written. */
  | 'volume'
  /** This user may not. */
  | 'permission'
  /** Something else stands in the place of a file or a folder. */
  | 'obstacle'
  /** No more files may be open. */
  | 'open files'
  /** No more processes or threads may run. */
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

/** @param code As `codeOf` gives it. SQLite's own codes are among them. */
export function troubleOf(code: string): Trouble | undefined {
  if (code === 'SQLITE_FULL') return 'full';
  if (code === 'SQLITE_NOMEM') return 'memory';
  // A quota, and at times a full disk, is an I/O error to SQLite.
  return /^SQLITE_(?:READONLY|IOERR|CANTOPEN)/.test(code) ? 'volume' : troubles[code];
}

/** What libuv, and so Node, has no name for, as Linux names and describes it (errno(3)). */
const unnamed: readonly { readonly code: string; readonly errno: number | undefined; readonly says: string }[] = [
  { code: 'EDQUOT', errno: constants.errno.EDQUOT, says: 'disk quota exceeded' },
  { code: 'ESTALE', errno: constants.errno.ESTALE, says: 'stale file handle' },
  { code: 'ENOLCK', errno: constants.errno.ENOLCK, says: 'no locks available' },
  { code: 'EBADMSG', errno: constants.errno.EBADMSG, says: 'bad message' },
  // Only Linux has these, which its file systems return for damage of their own and for a medium that is gone.
  { code: 'EUCLEAN', errno: 117, says: 'structure needs cleaning' },
  { code: 'ENOMEDIUM', errno: 123, says: 'no medium found' },
  { code: 'EHWPOISON', errno: 133, says: 'memory page has hardware error' },
];

const unknownError = /Unknown system error -(\d+)/;

/** `Unknown system error -122`, which Node has for a code, as the code that it is. */
export function nameOfUnknown(code: string): string {
  const errno = unknownError.exec(code)?.[1];
  return unnamed.find((one) => String(one.errno) === errno)?.code ?? code;
}

/** The same in a message of Node's: `EDQUOT: disk quota exceeded, write`. */
export function describeUnknown(message: string): string {
  const errno = unknownError.exec(message)?.[1];
  const known = unnamed.find((one) => String(one.errno) === errno);
  if (known === undefined) return message;
  return message.replace(
    new RegExp(`${unknownError.source}(?:: ${unknownError.source})?`),
    `${known.code}: ${known.says}`,
  );
}
