import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DrydockError } from '../../src/errors.ts';
import { type Layout, layoutFor } from '../../src/files/layout.ts';
import { findRunRecord, listRunRecords, writeRunRecord } from '../../src/records/store.ts';
import { testFolder } from '../harness/files.ts';
import { aRecord } from './a-record.ts';

function place(t: TestContext): Layout {
  const layout = layoutFor({ database: join(testFolder(t), 'app.db') });
  writeFileSync(layout.database, '', { mode: 0o640 });
  mkdirSync(layout.work);
  return layout;
}

/** The nth minute of a day, and an id that tells it. */
const numbered = (n: number) =>
  aRecord({
    runId: `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`,
    startedAt: new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString(),
  });

test('the newest hundred records stay, read back as they were written, for those who may read the database', (t) => {
  const layout = place(t);
  const records = Array.from({ length: 103 }, (_, n) => numbered(n));
  mkdirSync(layout.runs);
  writeFileSync(join(layout.runs, '20200101T000000000Z-0badc0de.json.tmp'), 'a writer that was killed');
  writeFileSync(join(layout.runs, 'notes.txt'), 'not ours');
  const paths = records.map((record) => writeRunRecord(layout, record));
  assert.equal(statSync(String(paths.at(-1))).mode & 0o777, 0o640);
  assert.deepEqual(listRunRecords(layout, 1000), { runs: records.slice(3).reverse(), damaged: [] });
  assert.deepEqual(listRunRecords(layout, 2).runs, [records[102], records[101]]);
  assert.equal(readdirSync(layout.runs).length, 101, 'what was never finished went, and what is not ours stayed');

  // A clock that was put back must not take the record of the run that has just ended.
  const early = aRecord({ startedAt: '2020-01-01T00:00:00.000Z' });
  writeRunRecord(layout, early);
  assert.deepEqual(findRunRecord(layout, early.runId), early);
});

test('they are ordered by when the runs ended, since one may have waited for the other', (t) => {
  const layout = place(t);
  const [first, second] = [{ ...numbered(1), durationMs: 200_000 }, numbered(2)];
  for (const record of [first, second]) writeRunRecord(layout, record);
  assert.deepEqual(listRunRecords(layout, 10).runs, [first, second]);
  assert.deepEqual(findRunRecord(layout, 'latest'), first);

  // An earlier version named them by when they began.
  const earlier = numbered(0);
  writeFileSync(join(layout.runs, '20260101T000000000Z-00000000.json'), JSON.stringify(earlier));
  assert.deepEqual(listRunRecords(layout, 10).runs, [first, second, earlier]);
  assert.deepEqual(findRunRecord(layout, '00000000'), earlier);
});

test('a damaged record is named and is in nobody’s way', (t) => {
  const layout = place(t);
  assert.deepEqual(listRunRecords(layout, 10), { runs: [], damaged: [] });
  const good = numbered(1);
  writeRunRecord(layout, good);
  const damaged = {
    '20260101T000200000Z-0000000a.json': ['', /JSON/],
    '20260101T000300000Z-0000000b.json': [JSON.stringify({ ...good, phases: 'none' }), /^phases: /],
    '20260101T000400000Z-0000000c.json': [JSON.stringify({ ...good, format: 2 }), /^format: /],
  } as const;
  for (const [name, [text]] of Object.entries(damaged)) writeFileSync(join(layout.runs, name), text);
  mkdirSync(join(layout.runs, '20260101T000500000Z-0000000d.json'));

  const list = listRunRecords(layout, 10);
  assert.deepEqual(list.runs, [good]);
  assert.equal(list.damaged.length, 4);
  assert.match(String(list.damaged[0]?.problem), /is a folder/);
  for (const { path, problem } of list.damaged.slice(1)) {
    const [, says] = damaged[path.slice(layout.runs.length + 1) as keyof typeof damaged];
    assert.match(problem, says);
  }
  assert.deepEqual(findRunRecord(layout, good.runId), good);
  const usage = (what: RegExp) => (error: unknown) =>
    error instanceof DrydockError && error.code === 'USAGE' && what.test(error.what);
  assert.throws(() => findRunRecord(layout, '0000000b'), usage(/0000000b\.json is damaged: phases/));
  assert.throws(() => findRunRecord(layout, 'latest'), usage(/0000000d\.json is damaged/));
});

test('a run is found by the beginning of its id, or as the latest', (t) => {
  const layout = place(t);
  const missing = (id: string, what: RegExp) =>
    assert.throws(
      () => findRunRecord(layout, id),
      (error) => error instanceof DrydockError && error.code === 'USAGE' && what.test(error.what),
    );
  missing('latest', /No run has left a record in \S+app\.db\.drydock\/runs/);
  for (const n of [10, 11, 20]) writeRunRecord(layout, numbered(n));
  assert.deepEqual(findRunRecord(layout, 'latest'), numbered(20));
  assert.deepEqual(findRunRecord(layout, '00000011-0000'), numbered(11));
  missing('0000001', /More than one run .*'0000001': 00000011-\S+ of 2026-\S+, 00000010-/);
  missing('00000011-1', /No run in \S+ has an id that begins with '00000011-1'/);
});
