/** What the quick and the long tests of this subject share. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { sqlRevision } from '../harness/files.ts';
import { type Place, place } from '../harness/place.ts';

export const table = 'CREATE TABLE items (id INTEGER PRIMARY KEY);\nINSERT INTO items VALUES (1), (2), (3);';

/** Up to `at`; a note is lost by the downgrade of the second, a tag by that of the third. */
export async function noted(t: TestContext, at: string): Promise<Place> {
  const here = place(t, {
    sql: '',
    revisions: {
      '001.sql': sqlRevision('001', undefined, table, '-- expect: rows items dropped\nDROP TABLE items;'),
      '002.sql': sqlRevision('002', '001', 'ALTER TABLE items ADD COLUMN note TEXT;', 'ALTER TABLE items DROP note;'),
      '003.sql': sqlRevision('003', '002', 'ALTER TABLE items ADD COLUMN tag TEXT;', 'ALTER TABLE items DROP tag;'),
    },
  });
  const { code, stderr } = await here.run(['upgrade', at]);
  assert.equal(code, 0, stderr);
  return here;
}

export function write({ database }: Place, sql: string): void {
  const db = new Database(database);
  db.exec(sql);
  db.close();
}
