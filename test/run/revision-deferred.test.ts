/** A revision that is still to run after the commit: its text may be mended until it has. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { sqlRevision } from '../harness/files.ts';
import { itemsRevisions, place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { allElseCommitted, nothingPending } from '../harness/sentences.ts';
import { otherProcess } from '../harness/writer.ts';

const sizeOf = (bytes: number) => `PRAGMA page_size = ${bytes}; VACUUM;`;
const modeOf = (mode: string) => `PRAGMA journal_mode = ${mode};`;
const pageSize = (sql: string) => sqlRevision('003', '002_stock', sql, '', '-- transaction: false');

test('honest exit: a page size that WAL mode keeps is told with what to do, and the file may be edited so', async (t) => {
  const revisions = { ...itemsRevisions, '003.sql': pageSize('PRAGMA page_size = 8192; VACUUM;') };
  const here = place(t, { mode: 'wal', revisions });
  const told = /still 4096, since it cannot change in WAL mode: begin the revision with PRAGMA journal_mode = DELETE/;
  assertRefusal(await here.run(['upgrade']), 20, told, allElseCommitted);

  const file = join(here.migrations, '003.sql');
  writeFileSync(file, pageSize('DROP TABLE items;'));
  assertRefusal(await here.run(['upgrade']), 4, /003\.sql was edited after being applied/);

  writeFileSync(
    file,
    pageSize('PRAGMA journal_mode = DELETE; PRAGMA page_size = 8192; VACUUM; PRAGMA journal_mode = WAL;'),
  );
  const mended = await here.run(['upgrade']);
  assert.equal(mended.code, 0, mended.stderr);
  const db = new Database(here.database, { readonly: true });
  assert.equal(db.pragma('page_size', { simple: true }), 8192);
  db.close();
  assert.match((await here.run(['upgrade'])).stdout, nothingPending);
});

test('honest exit: what is deferred on the way down is run in the order of the way down', async (t) => {
  const revisions = {
    ...itemsRevisions,
    '003.sql': sqlRevision('003', '002_stock', sizeOf(8192), sizeOf(4096), '-- transaction: false'),
    '004.sql': sqlRevision('004', '003', modeOf('WAL'), modeOf('DELETE'), '-- transaction: false'),
  };
  const here = place(t, { revisions });
  assert.equal((await here.run(['upgrade'])).code, 0);
  const reader = await otherProcess(here.database, 1000);
  t.after(() => reader.end());
  await reader.run('SELECT 1 FROM items LIMIT 1');
  const down = ['downgrade', '002_stock', '--yes', '--busy-timeout', '300ms'];
  assertRefusal(await here.run(down), 20, /Revision 004.* could not be run/, /it runs what is left/);
  await reader.end();
  const again = await here.run(down);
  assert.equal(again.code, 0, again.stderr);
  const db = new Database(here.database, { readonly: true });
  t.after(() => db.close());
  assert.deepEqual(
    ['journal_mode', 'page_size'].map((pragma) => db.pragma(pragma, { simple: true })),
    ['delete', 4096],
  );
});
