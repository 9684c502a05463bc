/**
 * What a start goes by that finds files left behind. Two states that are alike in it are the same to a next start: ids
 * and times may differ, and so may the bytes of what it removes unread and of what SQLite rolls back before anybody reads.
 */
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import Database from 'better-sqlite3';
import { type Layout, layoutFor } from '../src/files/layout.ts';
import type { RunJournal } from '../src/run/journal.ts';
import { asLeft } from '../test/harness/dump.ts';

/** @param content Of the database, as SQLite shows it in a copy. @returns Equal for states that are alike. */
export function stateOf(database: string, content: string): string {
  const layout = layoutFor({ database });
  const lines = [content, asLeft(database, historyOf), `ours: ${isOurs(layout)}`];
  for (const path of filesBelow(layout.directory)) {
    const stats = lstatSync(path);
    const read = stats.isFile() ? whatIsReadOf(path, layout) : '';
    lines.push(`${relative(layout.directory, path)} ${stats.isFile() && stats.size === 0 ? 'empty' : ''} ${read}`);
  }
  return createHash('sha256')
    .update(withoutIds(lines.join('\0')))
    .digest('hex');
}

/** Sorted, which is the order in which snapshots were made. SQLite makes a -shm anew. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => !path.endsWith('-shm'))
    .sort();
}

function whatIsReadOf(path: string, layout: Layout): string {
  if (path === layout.runJournal) return journalOf(path, layout);
  const isManifest = dirname(path) === layout.snapshots && path.endsWith('.json');
  if (isManifest) return readFileSync(path, 'utf8');
  const isKept = path.startsWith(`${layout.snapshots}/`) && path.endsWith('.db');
  return isKept ? createHash('sha256').update(readFileSync(path)).digest('hex') : '';
}

/** With whether the file is still the one that it tells of, in the place of inodes and times. */
function journalOf(path: string, { database }: Layout): string {
  const text = readFileSync(path, 'utf8');
  if (!text.endsWith('}\n')) return text;
  const { committedFile, exchanging, ...journal } = JSON.parse(text) as RunJournal;
  const { ino, size, mtimeNs } = statSync(database, { bigint: true });
  return JSON.stringify({
    ...journal,
    committedFile: committedFile && {
      inode: committedFile.inode === String(ino),
      bytes: committedFile.bytes === String(size),
      mtimeNs: committedFile.mtimeNs === String(mtimeNs),
    },
    exchanging: exchanging && { ...exchanging, damagedInode: exchanging.damagedInode === String(ino) },
  });
}

/** Whether the owner on record made the lock directory that stands there. */
export function isOurs({ visibleLock, owner }: Layout): boolean {
  return existsSync(visibleLock) && existsSync(owner) && readFileSync(owner, 'utf8').includes(birthOf(visibleLock));
}

/** Has the owner on record be the one that made the lock directory, of which this is a copy: it is known by its inode. */
export function adoptLock({ visibleLock, owner }: Layout): void {
  writeFileSync(owner, readFileSync(owner, 'utf8').replace(/"\d+ born \d+"/, birthOf(visibleLock)));
}

function birthOf(visibleLock: string): string {
  const { ino, birthtimeNs } = lstatSync(visibleLock, { bigint: true });
  return `"${ino} born ${birthtimeNs}"`;
}

function historyOf(copy: string): string {
  const db = new Database(copy, { fileMustExist: true });
  try {
    const sql = 'SELECT * FROM drydock_history ORDER BY id';
    const rows = db.prepare<[], Record<string, unknown>>(sql).all();
    return JSON.stringify(rows.map(({ duration_ms: _, ...row }) => row));
  } catch (error) {
    // There is no such table, or no database.
    if (!(error instanceof Database.SqliteError)) throw error;
    return error.code;
  } finally {
    db.close();
  }
}

/** Each id by the order in which they come, no time, and no inode in the name of a folder. */
function withoutIds(text: string): string {
  const ids: string[] = [];
  return text
    .replace(/\d{8}T\d{9}Z-[0-9a-f]{8}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
      if (!ids.includes(id)) ids.push(id);
      return `#${ids.indexOf(id)}`;
    })
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'then')
    .replace(/(damaged-before-#\d+)-\d+/g, '$1');
}
