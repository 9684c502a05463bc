/** What is kept of real runs, however they end. */
import assert from 'node:assert/strict';
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { layoutFor } from '../../src/files/layout.ts';
import type { RunRecord } from '../../src/records/run-record.ts';
import { startDrydock } from '../harness/drydock.ts';
import { createDatabase, sqlRevision } from '../harness/files.ts';
import { place } from '../harness/place.ts';
import { project, stateOf } from '../harness/project.ts';
import { needs, smallVolume } from '../harness/volumes.ts';
import { otherProcess } from '../harness/writer.ts';
import { a1, a2, latest, people, recordsOf, withClock } from './helpers-runs.ts';

const a3 = sqlRevision('a3', 'a2', 'CREATE TABLE tags (t TEXT);\nINSERT INTO tags VALUES (nonsense);');

const sentences = ({ schema }: RunRecord) => schema?.map(({ sentence }) => sentence);

for (const mode of ['delete', 'wal'] as const) {
  test(`a run that went well is recorded with all that it did, and one that failed with how far it came (${mode})`, async (t) => {
    const it = project(t, { 'a1.sql': a1, 'a2.ts': a2 });
    createDatabase(it.database, mode, people);
    chmodSync(it.database, 0o640);
    const report = await it.json<{
      runId: string;
      phases: unknown[];
      steps: { statements: number }[];
      checks: unknown;
      snapshot: unknown;
    }>('upgrade');
    const done = latest(it);
    assert.equal(done.runId, report.runId);
    assert.deepEqual([done.command, done.targets, done.database], ['upgrade', ['head'], it.database]);
    assert.deepEqual([done.from, done.planned, done.to], [[], ['a2'], ['a2']]);
    assert.equal(done.ending.outcome, 'done');
    assert.match(done.ending.sentence, /^Upgraded \S+app\.db from base to a2 in \d+ ms; every check passed\.$/);
    assert.deepEqual(
      done.steps.map(({ id, failed, statements, sql, sqlLeftOut }) => ({ id, failed, statements, sql, sqlLeftOut })),
      [
        {
          id: 'a1',
          failed: false,
          statements: 2,
          sql: [
            { sql: 'CREATE TABLE notes (n INTEGER)', times: 1 },
            { sql: 'INSERT INTO notes VALUES (1)', times: 1 },
          ],
          sqlLeftOut: 0,
        },
        {
          id: 'a2',
          failed: false,
          statements: 1001,
          sql: [
            { sql: 'INSERT INTO notes VALUES (?)', times: 1000 },
            { sql: 'ALTER TABLE main.people ADD COLUMN age INTEGER', times: 1 },
          ],
          sqlLeftOut: 0,
        },
      ],
    );
    assert.deepEqual(
      report.steps.map(({ statements }) => statements),
      [2, 1001],
      'the terminal counts what the record counts',
    );
    assert.deepEqual(sentences(done), ['table notes is new', 'column people.age is new']);
    assert.deepEqual([done.checks, done.snapshot], [report.checks, report.snapshot]);
    assert.equal(done.phases.length, report.phases.length);
    const starts = done.phases.map(({ startMs }) => startMs);
    assert.deepEqual(
      starts,
      starts.toSorted((one, other) => one - other),
    );
    const folder = layoutFor(it).runs;
    assert.equal(statSync(folder).mode & 0o777, 0o750);
    for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o640);

    const before = stateOf(it.root);
    await it.text('upgrade');
    assert.equal(stateOf(it.root), before, 'where nothing is pending nothing is written');

    writeFileSync(join(it.migrations, 'a3.sql'), a3);
    await it.fails(20, 'upgrade');
    const failed = latest(it);
    assert.ok(failed.ending.outcome === 'failed');
    assert.deepEqual([failed.ending.code, failed.ending.exitCode], ['REVISION_FAILED', 20]);
    assert.match(
      failed.ending.sentence,
      /^The upgrade of revision a3 failed at \S+a3\.sql:\d+: no such column: nonsense/,
    );
    assert.match(String(failed.ending.state), /unchanged/);
    assert.deepEqual([failed.from, failed.planned, failed.to, failed.schema], [['a2'], ['a3'], ['a2'], null]);
    const [step] = failed.steps;
    assert.deepEqual([step?.failed, step?.sql], [true, [{ sql: 'CREATE TABLE tags (t TEXT)', times: 1 }]]);
    assert.equal(failed.phases.find(({ phase }) => phase === 'migrate')?.failed, true);
    assert.ok(failed.snapshot !== null);
  });
}

test('each command under the lock leaves its record, also a downgrade, a stamp and a rehearsal', async (t) => {
  const it = project(t, { 'a1.sql': a1, 'a2.ts': a2 }, people);
  await it.text('ensure-version');
  await it.text('rehearse');
  const rehearsed = latest(it);
  assert.deepEqual([rehearsed.command, rehearsed.from, rehearsed.to, rehearsed.planned], ['rehearse', [], [], ['a2']]);
  assert.equal(rehearsed.snapshot, null, 'that of the copy is gone with it');
  assert.deepEqual(sentences(rehearsed), ['table notes is new', 'column people.age is new']);
  await it.text('upgrade');
  await it.text('downgrade', '-2', '--yes');
  const down = latest(it);
  assert.deepEqual([down.from, down.to, down.targets], [['a2'], [], ['-2']]);
  assert.deepEqual(sentences(down), ['table notes goes', 'column people.age goes']);
  assert.deepEqual(
    down.losses.map(({ table, rows }) => [table, rows]),
    [['notes', 1001]],
  );
  assert.match(down.warnings.join(), /loses data: table notes with 1,001 rows/);
  await it.text('stamp', 'a1', '--force');
  assert.deepEqual([latest(it).from, latest(it).to, latest(it).schema], [[], ['a1'], null]);
  await it.text('snapshot', 'create');
  assert.deepEqual([latest(it).from, latest(it).to], [['a1'], ['a1']]);
  await it.text('snapshot', 'restore', 'latest', '--yes');
  await it.text('snapshot', 'prune');
  assert.deepEqual(
    recordsOf(it).map(({ command, ending }) => [command, ending.outcome]),
    [
      'snapshot prune',
      'snapshot restore',
      'snapshot create',
      'stamp',
      'downgrade',
      'upgrade',
      'rehearse',
      'ensure-version',
    ].map((command) => [command, 'done']),
  );
});

test('a clock that is put back in the middle of a run does not make it end before it began', async (t) => {
  const it = project(t, { 'a1.sql': a1 }, people);
  const putBack = join(it.root, 'put-back');
  const env = withClock(it, `require('node:fs').existsSync(${JSON.stringify(putBack)}) ? -3_600_000 : 0`);
  const running = startDrydock(['upgrade', '--json'], { cwd: it.root, env, pauseAt: 'phase:check' });
  t.after(() => running.process.kill('SIGKILL'));
  await running.reached();
  writeFileSync(putBack, '');
  running.goOn();
  const result = await running.finished;
  assert.equal(result.code, 0, result.stderr);
  const { durationMs } = result.json<{ durationMs: number }>();
  assert.ok(durationMs > 0 && durationMs < 3_600_000, `${durationMs}`);
  assert.match(latest(it).ending.sentence, / in \d+ ms; every check passed\.$/);
});

test('of a run that was killed the record of the next one tells; one that waited says for whom', async (t) => {
  const it = project(t, { 'a1.sql': a1 }, people);
  const killed = startDrydock(['upgrade'], { cwd: it.root, pauseAt: 'phase:check' });
  t.after(() => killed.process.kill('SIGKILL'));
  await killed.reached();
  killed.process.kill('SIGKILL');
  await killed.finished;
  assert.deepEqual(recordsOf(it), []);

  const other = await otherProcess(it.database, 1000);
  t.after(() => other.end());
  await other.run('BEGIN IMMEDIATE');
  const next = startDrydock(['upgrade'], { cwd: it.root });
  t.after(() => next.process.kill('SIGKILL'));
  await next.logged(({ msg }) => msg?.startsWith('waiting for') === true);
  await other.run('COMMIT');
  assert.equal((await next.finished).code, 0);
  const record = latest(it);
  assert.deepEqual([record.recovered?.interruptedIn, record.recovered?.outcome], ['working', 'rolled-back']);
  assert.equal(record.waits.length, 1, 'one wait, however often it asked');
  assert.match(String(record.waits[0]?.waitingFor), /write lock|readable/);
});

test(
  'a disk that is full when the run is over costs the record and nothing else',
  needs('mount', 'umount'),
  async (t) => {
    const volume = smallVolume(t, 8 * 1024 * 1024);
    const here = place(t, { root: volume.path, config: 'report: { dir: ../reports }\n' });
    const running = startDrydock(['upgrade'], { cwd: here.root, pauseAt: 'phase:unlock' });
    volume.usedBy(running.process);
    await running.reached();
    volume.fill();
    running.goOn();
    const result = await running.finished;
    assert.equal(result.code, 0, result.stderr);
    const said = result.log.filter(({ msg }) => /^no (record|report) of this run could be written/.test(msg ?? ''));
    assert.ok(said.length > 0, result.stderr);
    const left = readdirSync(here.root, { recursive: true }).filter((name) => String(name).endsWith('.tmp'));
    assert.deepEqual(left, []);
    volume.free();
    assert.equal((await here.run(['verify'])).code, 0);
  },
);
