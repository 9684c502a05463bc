/** The way back stays: which snapshot is the newest, what retention may take, and what to do where somebody took it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { dumpWithVersion } from '../harness/dump.ts';
import { listed, place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { done, threeMore } from './helpers-way-back-kept.ts';

test('a proven way back: after a restore and another upgrade, the latest snapshot is of what that upgrade began with', async (t) => {
  const here = place(t, { revisions: threeMore, config: 'snapshots: { keep: 10 }\n' });
  await done(here, 'upgrade', '002_stock');
  const [first] = await listed(here);
  await done(here, 'upgrade', '003');
  await done(here, 'upgrade', '004');
  await done(here, 'snapshot', 'restore', first?.id ?? '', '--yes');
  const before = dumpWithVersion(here.database);
  await done(here, 'upgrade', '003');
  await done(here, 'snapshot', 'restore', 'latest', '--yes');
  assert.equal(dumpWithVersion(here.database), before);
});

test('no lost write: an empty id is a variable that was not set, and restores nothing', async (t) => {
  const here = place(t);
  await done(here, 'upgrade');
  const now = dumpWithVersion(here.database);
  for (const verb of ['restore', 'verify']) {
    assertRefusal(await here.run(['snapshot', verb, '']), 2, /id of the snapshot is empty/);
  }
  assertRefusal(await here.run(['report', '']), 2, /id of the run is empty/);
  assert.equal(dumpWithVersion(here.database), now);
});

test('a proven way back: of the same content in another journal mode a snapshot is taken anew, and puts that mode back', async (t) => {
  const here = place(t, { mode: 'delete' });
  await done(here, 'snapshot', 'create');
  const database = new Database(here.database);
  t.after(() => database.close());
  database.pragma('journal_mode = wal');
  database.close();
  await done(here, 'upgrade');
  assert.equal((await listed(here)).length, 2);
  await done(here, 'snapshot', 'restore', 'latest', '--yes');
  const restored = new Database(here.database);
  t.after(() => restored.close());
  assert.equal(restored.pragma('journal_mode', { simple: true }), 'wal');
});
