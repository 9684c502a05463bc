/**
 * Folders of Drydock's own. People link them to another volume, so a link is followed if it and its target belong to us or
 * to the owner of the database; another user's link would make Drydock write and remove files where that user cannot.
 */
import { closeSync, constants, lstatSync, mkdirSync, openSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { codeOf, DrydockError } from '../errors.ts';
import { moveAway } from './access.ts';
import { fsyncDirectory } from './durable.ts';
import { directoryMode, give, isRoot, type Ownership } from './ownership.ts';

/** Creates a folder of ours with the ownership of the database, unless it exists. @throws {DrydockError} PREFLIGHT */
export function ensureDirectory(path: string, parent: string, ownership: Ownership): void {
  if (isNewFolder(path)) {
    giveFolder(path, ownership);
    fsyncDirectory(parent);
  } else {
    requireOwnFolder(path, ownership);
  }
}

function isNewFolder(path: string): boolean {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return false;
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    // A concurrent run, which is about to wait for the same lock, was faster.
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** @param ownership The database's, with the permissions of a file. */
export function giveFolder(path: string, ownership: Ownership): void {
  const descriptor = openFolder(path);
  try {
    give(descriptor, { ...ownership, mode: directoryMode(ownership) });
  } finally {
    closeSync(descriptor);
  }
}

/** @throws {Error} Node's own, also if it is not a folder. */
export function openFolder(path: string): number {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  return openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

/** @throws {DrydockError} PREFLIGHT */
export function requireOwnFolder(path: string, ownership: Ownership): void {
  const why = folderProblem(path, ownership.uid);
  if (why !== undefined) throw notOurFolder(path, why);
}

export function notOurFolder(path: string, why: string): DrydockError {
  return new DrydockError('PREFLIGHT', {
    what: `${path} ${why}, and Drydock keeps its own files in a folder of that name`,
    state: 'Nothing was changed',
    next: moveAway,
  });
}

/**
 * Why a folder of ours cannot be used; undefined if it can, or does not exist.
 * @param owner Uid of the owner of the database.
 */
export function folderProblem(path: string, owner: number): string | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (stats.isSymbolicLink()) return linkProblem(path, stats, owner);
  if (!stats.isDirectory()) return 'is not a directory';
  // Root cannot trust any other user not to replace what is under a name while it is used.
  return isRoot() && ![0, owner].includes(stats.uid) ? `belongs to uid ${stats.uid}` : undefined;
}

/** Linux's own limit. */
const maxLinks = 40;

function linkProblem(path: string, link: Stats, owner: number): string | undefined {
  const us = process.geteuid?.() ?? link.uid;
  let at = path;
  let stats: Stats | undefined = link;
  for (let count = 0; stats?.isSymbolicLink() === true; count += 1) {
    if (count === maxLinks) return 'is a symbolic link that leads nowhere';
    if (![0, us].includes(stats.uid)) return `is a symbolic link that uid ${stats.uid} made`;
    if (isWritableByOthers(statSync(dirname(at)), 'and not sticky')) {
      return `is a symbolic link in a world-writable folder (${dirname(at)})`;
    }
    at = resolve(dirname(at), readlinkSync(at));
    stats = lstatSync(at, { throwIfNoEntry: false });
  }
  if (stats === undefined) return 'is a symbolic link that leads nowhere';
  if (!stats.isDirectory()) return `is a symbolic link to ${at}, which is not a directory`;
  if (![us, owner].includes(stats.uid)) return `is a symbolic link to ${at}, which belongs to uid ${stats.uid}`;
  return isWritableByOthers(stats) ? `is a symbolic link to ${at}, which is world-writable` : undefined;
}

/** In a sticky folder only the owner of a link can replace it. */
function isWritableByOthers({ mode }: Stats, unless?: 'and not sticky'): boolean {
  return (mode & 0o002) !== 0 && (unless === undefined || (mode & 0o1000) === 0);
}
