/** What the quick and the long tests of this subject share. */
import { chownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Place, place } from '../harness/place.ts';

export const isRoot = {
  skip: process.getuid?.() === 0 ? (false as const) : 'only root can be led to what is not its own',
};

/** Of a database whose owner is not root, in a folder of root's, so that root stays root. */
export function ofUser(t: TestContext, config = ''): Place {
  const here = place(t, { config });
  chownSync(here.database, 1000, 1000);
  return here;
}

export const secret = { skip: isRoot.skip };

/** uid:gid and permission bits. */
export function access(path: string): string {
  const { uid, gid, mode } = lstatSync(path);
  return `${uid}:${gid} ${(mode & 0o777).toString(8)}`;
}

export function everything(here: Place): string[] {
  return [`${here.database}.drydock`, here.snapshots, join(here.root, 'reports')].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
    ),
  );
}
