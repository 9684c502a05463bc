/**
 * Root and a database of another user: the owner of the folder can put a link under any name in it, even between a check
 * and the opening, and root would follow it anywhere. So root becomes that user, and can be led only where the user can go.
 */
import { statSync } from 'node:fs';
import { DrydockError } from '../errors.ts';
import type { Layout } from './layout.ts';
import { isRoot } from './ownership.ts';

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user that root must become before anything is written; undefined if this is not root, or if the folder is root's.
 * @throws {DrydockError} PREFLIGHT if the database and its folder belong to different users.
 */
export function userInsteadOfRoot({ database, directory }: Layout): User | undefined {
  const folder = statSync(directory);
  if (!isRoot() || folder.uid === 0) return undefined;
  const file = statSync(database, { throwIfNoEntry: false }) ?? folder;
  if (file.uid === folder.uid) return { uid: folder.uid, gid: file.gid };
  throw rootRefused(
    `${directory} belongs to uid ${folder.uid}, and ${database} in it to uid ${file.uid}, so root cannot become its owner`,
    `Give both to the user of the application (chown)`,
  );
}

/** @param next What to do, other than allowing it. */
export function rootRefused(what: string, next: string): DrydockError {
  return new DrydockError('PREFLIGHT', {
    what,
    state: 'Nothing was changed',
    next: `${next}; or, if you trust that user with root's rights, allow it with --as-root (as_root: allow in the config)`,
  });
}
