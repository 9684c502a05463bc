/** Tells whether two runs left the same files: what differs is their ids, their times and what they wrote of themselves. */
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { layoutFor } from '../src/files/layout.ts';

/**
 * @returns Equal for equal states; undefined where a run is to be finished or a lock directory stands, since the next
 *   start then goes by inodes and times too.
 */
export function stateOf(database: string): string | undefined {
  const layout = layoutFor(database);
  if (existsSync(layout.runJournal) || existsSync(layout.visibleLock)) return undefined;
  const ids = new Map<string, string>();
  const hash = createHash('sha256');
  for (const path of filesBelow(dirname(database))) {
    hash.update(`${withoutIds(relative(dirname(database), path), ids)}\0`);
    // Records are for people, so is the owner of no lock; SQLite makes a -shm anew.
    const isRead = dirname(path) !== layout.runs && path !== layout.owner && !path.endsWith('-shm');
    if (isRead && lstatSync(path).isFile()) hash.update(withoutIds(readFileSync(path, 'latin1'), ids));
    hash.update('\0');
  }
  return hash.digest('hex');
}

/** Sorted, which is the order in which snapshots were made. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .sort();
}

/** In each its ids by the order in which they come, and no times. */
function withoutIds(text: string, ids: Map<string, string>): string {
  return text
    .replace(/\d{8}T\d{9}Z-[0-9a-f]{8}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
      const known = ids.get(id) ?? `#${ids.size}`;
      ids.set(id, known);
      return known;
    })
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'then');
}
