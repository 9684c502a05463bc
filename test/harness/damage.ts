/** Ways to damage a database file, each as a disk, a person or another program would. */
import { randomFillSync } from 'node:crypto';
import { closeSync, openSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';

export const pageBytes = 4096;

export function overwrite(path: string, offset: number, bytes: Uint8Array): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, bytes, 0, bytes.length, offset);
  closeSync(fd);
}

/** Fills a leaf page of a table or an index with what was never a page. */
export function breakLeafOf(path: string, name: string): void {
  overwrite(path, leafOf(path, name), Buffer.alloc(pageBytes, 0xfe));
}

/** Changes a letter of some keys of an index, so that every page is well formed and only the index disagrees with its table. */
export function makeIndexLie(path: string, name: string, key: string): void {
  const offset = leafOf(path, name);
  const leaf = readFileSync(path).subarray(offset, offset + pageBytes);
  const places = [...leaf.keys()].filter((at) => leaf.subarray(at, at + key.length).equals(Buffer.from(key)));
  if (places.length === 0) throw new Error(`no key '${key}' in a leaf of ${name}`);
  for (const at of places) overwrite(path, offset + at, Buffer.from('X'));
}

/** Changes the text of the schema so that SQLite cannot parse it. */
export function breakSchema(path: string): void {
  const at = readFileSync(path).indexOf('CREATE TABLE items');
  if (at === -1) throw new Error('no schema where it was expected');
  overwrite(path, at, Buffer.from('CRXXXX'));
}

export function cutTo(path: string, share: number): void {
  truncateSync(path, Math.floor(statSync(path).size * share));
}

export function cutToBytes(path: string, bytes: number): void {
  truncateSync(path, bytes);
}

export function replaceByText(path: string): void {
  writeFileSync(path, 'id,name,price\n1,item 1,0.1\n'.repeat(500));
}

/** What an encrypted database looks like: no header, no pattern. */
export function replaceByRandom(path: string): void {
  writeFileSync(path, randomFillSync(Buffer.alloc(statSync(path).size)));
}

export function flipBit(path: string, offset: number): void {
  const [byte = 0] = readFileSync(path).subarray(offset);
  overwrite(path, offset, Buffer.from([byte ^ 1]));
}

/** The offset of a leaf page that is not the root. */
function leafOf(path: string, name: string): number {
  // Not read-only: such a connection would leave a -wal and a -shm behind.
  const db = new Database(path);
  try {
    const page = db
      .prepare<[string], number>("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' AND path LIKE '%/%/'")
      .pluck()
      .get(name);
    const anyLeaf = db
      .prepare<[string], number>("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'")
      .pluck();
    const found = page ?? anyLeaf.get(name);
    if (found === undefined) throw new Error(`no leaf page in ${name}`);
    return (found - 1) * pageBytes;
  } finally {
    db.close();
  }
}
