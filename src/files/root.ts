/**
 * Root beside a database of another user: whoever owns the folder may put a link under any name in it, between a look and
 * the opening too, and root would follow it anywhere. So root becomes that user, and is led no further than he can go.
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
 * Whom root is to become before anything is written; undefined if this is not root, or if the folder is root's.
 * @throws {DrydockError} PREFLIGHT if the database and its folder are of two users.
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

/** @param next What to do beside allowing it. */
export function rootRefused(what: string, next: string): DrydockError {
  return new DrydockError('PREFLIGHT', {
    what,
    state: 'Nothing was changed',
    next: `${next}; or, if you trust that user with root's rights, allow it with --as-root (as_root: allow in the config)`,
  });
}
