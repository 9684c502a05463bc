/** A proven way back: a file that was emptied, or exchanged, is not taken for the database that was there, nor for a new one. */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { journalModes, sqlRevision } from '../harness/files.ts';
import { assertFailed, execute, scene } from '../harness/scene.ts';
import { emptiedTests, empty, grown, ids, next, without } from './cases-emptied.ts';

emptiedTests('default');

for (const mode of journalModes) {
  test(`a proven way back: an older copy goes on with a warning, once (${mode})`, async (t) => {
    const it = await grown(t, mode);
    const older = readFileSync(it.database);
    it.revision(...next(3));
    assert.equal((await it.run(['upgrade'])).code, 0);
    without(it);
    writeFileSync(it.database, older);
    const result = await it.run(['upgrade']);
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stderr, /it is an older copy of this database/);
    const report = await it.run(['report', '--markdown']);
    assert.match(report.stdout, /older copy of this database/);
    it.revision(...next(4));
    assert.doesNotMatch((await it.run(['upgrade'])).stderr, /older copy/);
  });
}

test('one at a time: begin-anew gives up what was there, and nothing is deleted', async (t) => {
  const it = await grown(t, 'delete', 'snapshots: { keep: 2 }\n');
  const [first] = ids(it);
  assertFailed(await it.run(['begin-anew', '--yes']), 2, 'nothing to begin anew from');
  empty['cut to nothing']?.(it);
  assertFailed(await it.run(['begin-anew']), 2, '2,200 rows, at 002_more', '--yes');
  const begun = await it.run(['begin-anew', '--yes', '--json']);
  assert.equal(begun.code, 0, begun.stderr);
  assert.equal(begun.json()['outcome'], 'begun-anew');
  assert.deepEqual(ids(it), [first]);
  const again = await it.run(['begin-anew', '--yes', '--json']);
  assert.equal(again.json()['outcome'], 'nothing-to-do');
  it.revision('001_base.sql', sqlRevision('001_base', undefined, 'CREATE TABLE child (n);'));
  const result = await it.run(['upgrade']);
  assert.equal(result.code, 0, result.stderr);
  assert.doesNotMatch(result.stderr, /knows none|does not know/);
  assertFailed(await it.run(['begin-anew', '--yes']), 2, 'nothing to begin anew from');
  assert.equal((await it.run(['snapshot', 'verify', 'latest'])).code, 0);
  execute(it.database, 'INSERT INTO child (n) VALUES (1)');
  for (const n of [3, 4]) {
    it.revision(...next(n));
    assert.equal((await it.run(['upgrade'])).code, 0);
  }
  assert.ok(!ids(it).includes(String(first)), 'it is given up');
});

test('a first install is one: an empty file where nothing is known', async (t) => {
  const it = scene(t, {
    mode: 'delete',
    files: { '001_t.sql': sqlRevision('001_t', undefined, 'CREATE TABLE t (n);') },
    sql: '',
  });
  truncateSync(it.database, 0);
  const result = await it.run(['upgrade']);
  assert.equal(result.code, 0);
  // Nothing is known of rows: no data of Drydock's knowledge is lost.
  truncateSync(it.database, 0);
  const anew = await it.run(['upgrade']);
  assert.equal(anew.code, 0, anew.stderr);
  assert.match(anew.stderr, /made anew, empty/);
  copyFileSync(it.database, `${it.database}.kept`);
  const db = new Database(it.database);
  assert.equal(db.prepare('SELECT count(*) FROM t').pluck().get(), 0);
  db.close();
});
