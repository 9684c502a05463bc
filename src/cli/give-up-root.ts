/** Root becomes the owner of the database before a command writes beside it, and before it starts another process. */
import { closeSync, constants, existsSync, openSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config/config.ts';
import { siblingModule } from '../engine/entry.ts';
import { codeOf, invariant, messageOf } from '../errors.ts';
import { layoutFor } from '../files/layout.ts';
import { isRoot } from '../files/ownership.ts';
import { rootRefused, type User, userInsteadOfRoot } from '../files/root.ts';

/**
 * @param configFile Absolute path.
 * @returns What to log about it; undefined if nothing was given up.
 * @throws {DrydockError} PREFLIGHT if that user cannot do the work.
 */
export function giveUpRoot(config: Config, configFile: string): string | undefined {
  // If there is no folder, nothing is written there, and the command reports it.
  if (!isRoot() || config.asRoot === 'allow' || !existsSync(dirname(config.database))) return undefined;
  const layout = layoutFor(config);
  const user = userInsteadOfRoot(layout);
  if (user === undefined) return undefined;
  requireReadable(user, [
    process.execPath,
    fileURLToPath(siblingModule(import.meta.url, 'engine')),
    ...(existsSync(configFile) ? [configFile] : []),
    ...filesIn(config.migrations),
  ]);
  become(user);
  return `root gave up its rights: this runs as uid ${user.uid}, to whom ${layout.directory} belongs`;
}

/** Includes the folder itself. Empty if there is no such folder: the command reports it. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return [folder, ...files.map(({ name }) => join(folder, name))];
}

function requireReadable(user: User, paths: readonly string[]): void {
  const groups = process.getgroups?.() ?? [];
  asSystem(user, () => {
    setGroups(user);
    process.setegid?.(user.gid);
    process.seteuid?.(user.uid);
  });
  try {
    for (const path of paths) requireOpens(path, user);
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    process.setgroups?.(groups);
  }
}

function requireOpens(path: string, { uid }: User): void {
  try {
    closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  } catch (error) {
    throw rootRefused(
      `Root is to become uid ${uid}, to whom the folder of the database belongs, and that user may not read ${path} (${codeOf(error)})`,
      'Let that user read it, or run as that user',
    );
  }
}

function become(user: User): void {
  asSystem(user, () => {
    setGroups(user);
    process.setgid?.(user.gid);
    process.setuid?.(user.uid);
  });
  invariant(process.getuid?.() === user.uid && process.geteuid?.() === user.uid, 'root could not be given up');
}

/** Missing in Node's types. https://nodejs.org/api/process.html#processinitgroupsuser-extragroup */
const node = process as NodeJS.Process & { initgroups?(user: number, group: number): void };

/** That user's groups; the system may know neither the user nor the groups. */
function setGroups({ uid, gid }: User): void {
  try {
    node.initgroups?.(uid, gid);
  } catch (error) {
    if (codeOf(error) !== 'ERR_UNKNOWN_CREDENTIAL') throw error;
    process.setgroups?.([gid]);
  }
}

/** In a user namespace another user may have no uid, and root in a container may lack the capability to switch to it. */
function asSystem({ uid }: User, change: () => void): void {
  try {
    change();
  } catch (error) {
    throw rootRefused(
      `Root is to become uid ${uid}, to whom the folder of the database belongs, and the system does not let it: ${messageOf(error)}`,
      'Run as that user',
    );
  }
}
