/** A database at 002 with a snapshot of 001, and a restore of it that is looked at from all sides. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { dumpWithVersion, integrity } from './dump.ts';
import { copyOfMade, type JournalMode } from './files.ts';
import { makePlace, type Place, placeAt } from './place.ts';

export interface Restorable extends Place {
  /** The content at 001, of which there is a snapshot, and at 002, where the database is. */
  readonly old: string;
  readonly now: string;
  readonly id: string;
}

export async function restorable(t: TestContext, mode: JournalMode): Promise<Restorable> {
  return restorableAt(await copyOfMade(t, `restorable ${mode}`, (root) => makeRestorable(root, mode)));
}

export async function makeRestorable(root: string, mode: JournalMode): Promise<Place> {
  const here = makePlace(root, { mode });
  const upgrade = await here.run(['upgrade']);
  assert.equal(upgrade.code, 0, upgrade.stderr);
  return here;
}

export function restorableAt(root: string): Restorable {
  const here = placeAt(root);
  const [id = 'none'] = idsIn(here.snapshots);
  const old = dumpWithVersion(join(here.snapshots, `${id}.db`));
  return { ...here, old, now: dumpWithVersion(here.database), id };
}

/** Oldest first. */
export function idsIn(snapshots: string): string[] {
  const files = readdirSync(snapshots).filter((name) => name.endsWith('.db'));
  return files.map((name) => basename(name, '.db')).sort();
}

export interface Restored {
  readonly restored: { readonly id: string };
  readonly kept: string | null;
}

export async function restore(it: Restorable, address = it.id): Promise<Restored> {
  const result = await it.run(['snapshot', 'restore', address, '--yes', '--json']);
  assert.equal(result.code, 0, result.stderr);
  assert.equal(dumpWithVersion(it.database), it.old, 'exactly what was in the snapshot');
  assert.equal(integrity(it.database), 'ok');
  assert.ok(!existsSync(it.journal));
  return result.json<Restored>();
}

export function withDatabase<T>(path: string, use: (db: Database.Database) => T): T {
  const db = new Database(path);
  try {
    return use(db);
  } finally {
    db.close();
  }
}

export function journalModeOf(path: string): unknown {
  return withDatabase(path, (db) => db.pragma('journal_mode', { simple: true }));
}
