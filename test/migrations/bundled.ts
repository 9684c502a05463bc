import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type Database from 'better-sqlite3';
import type { Operations } from '../../src/operations/operations.ts';
import { loadRevisions } from '../../src/revisions/files/load.ts';
import type { Direction, Revision } from '../../src/revisions/revision.ts';
import { openDatabase, operationsOn } from '../operations/database.ts';

type RevisionModule = Record<'upgrade' | 'downgrade', (op: Operations) => void>;

/** The revisions of migrations/, from the first to the head. */
export const bundled: readonly Revision[] = loadRevisions(new URL('../../migrations', import.meta.url).pathname);

const fixture = readFileSync(new URL('../fixtures/et_intelligence.sql', import.meta.url), 'utf8');

/** A database as the Python ingester and Alembic left it: stamped 002, without the indexes of 001. */
export function production(): Database.Database {
  return openDatabase(fixture);
}

/** An empty database taken up to a revision, with some comments in it from 001 on. */
export async function fresh(revision: string | undefined): Promise<Database.Database> {
  const db = openDatabase('');
  for (const step of revision === undefined ? [] : upTo(revision)) {
    await apply(db, step, 'up');
    if (step.id === '001_initial') db.exec(someComments);
  }
  return db;
}

/** The revisions from the first to the one with this id. */
export function upTo(id: string): readonly Revision[] {
  return bundled.slice(0, bundled.findIndex((revision) => revision.id === id) + 1);
}

/** The revisions after the one with this id. */
export function after(id: string): readonly Revision[] {
  return bundled.slice(bundled.findIndex((revision) => revision.id === id) + 1);
}

export async function apply(db: Database.Database, { id, path, body }: Revision, direction: Direction): Promise<void> {
  const op = operationsOn(db);
  if (body.kind === 'sql') {
    for (const { sql } of body[direction]) op.execute(sql);
  } else {
    const module: RevisionModule = await import(pathToFileURL(path).href);
    module[direction === 'up' ? 'upgrade' : 'downgrade'](op);
  }
  assert.ok(db.inTransaction, `${id} ended the transaction`);
}

const someComments = `INSERT INTO comments (comment_id, platform, timestamp, likes, post_id, post_url, sentiment_score)
  VALUES ('c1', 'instagram', '2025-11-01 04:08:10.181117', 30, 'p1', '', NULL),
    ('c2', 'youtube', '1970-01-01 00:00:01', NULL, 'p1', 'https://example.com/?q=💬', 0.25),
    ('c3', NULL, NULL, 0, NULL, NULL, -1); DELETE FROM comments WHERE comment_id = 'c1';`;
