/** What the quick and the long tests of this subject share. */
import assert from 'node:assert/strict';
import { sqlRevision } from '../harness/files.ts';
import { itemsRevisions, type Place } from '../harness/place.ts';

export const threeMore = {
  ...itemsRevisions,
  '003.sql': sqlRevision('003', '002_stock', 'UPDATE items SET stock = 3;'),
  '004.sql': sqlRevision('004', '003', 'UPDATE items SET stock = 4;'),
};

export async function done(here: Place, ...args: readonly string[]): Promise<void> {
  const ended = await here.run(args);
  assert.equal(ended.code, 0, ended.stderr);
}
