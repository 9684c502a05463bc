import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DrydockError, type ErrorCode } from '../../src/errors.ts';
import type { PhaseName, RunEvent } from '../../src/events.ts';
import { failedEnding, makeRecord } from '../../src/records/make-record.ts';
import { createRecorder } from '../../src/records/recorder.ts';
import type { RunEnding } from '../../src/records/run-record.ts';
import type { StoredSchema } from '../../src/schema/read-schema.ts';

const request = {
  command: { verb: 'upgrade', target: 'head' },
  database: '/srv/app.db',
  toolVersion: '0.1.0',
} as const;
const done: RunEnding = { outcome: 'done', exitCode: 0, sentence: 'Done.' };

function recordOf(events: readonly RunEvent[], ending: RunEnding) {
  const heard: RunEvent[] = [];
  const recorder = createRecorder((event) => heard.push(event));
  for (const event of events) recorder.observe(event);
  assert.deepEqual(heard, events, 'every event is passed on');
  return makeRecord(request, recorder.told(), recorder.elapsedMs(), ending, []);
}

const phase = (name: PhaseName): RunEvent[] => [
  { kind: 'phase-start', phase: name },
  { kind: 'phase-end', phase: name, durationMs: 0, detail: {} },
];

const failed = (code: ErrorCode) => failedEnding(new DrydockError(code, { what: 'It failed', state: 'As it was' }));

function viewSchema(sql: string): StoredSchema {
  return { rows: [{ type: 'view', name: 'v', tbl_name: 'v', sql }], facts: { shadowTables: [], columns: new Map() } };
}

const planned: RunEvent = { kind: 'fact', fact: { current: ['a1'], planned: ['a2'] } };
const changed: RunEvent = {
  kind: 'fact',
  fact: { schemaBefore: viewSchema('CREATE VIEW v AS SELECT 1'), schemaAfter: viewSchema('CREATE VIEW v AS SELECT 2') },
};

test('where the database is after a run depends on whether it had committed and on how it ended', async () => {
  const before = [planned, changed];
  const committed = [...before, ...phase('commit')];
  const cases: readonly [readonly RunEvent[], RunEnding, readonly string[] | null, number | null][] = [
    [committed, done, ['a2'], 1],
    [before, failed('REVISION_FAILED'), ['a1'], null],
    [before, failed('STOPPED'), ['a1'], null],
    [committed, failed('RESTORED'), ['a1'], null],
    [committed, failed('NOT_RESTORED'), ['a2'], 1],
    [committed, failed('REVISION_FAILED'), ['a2'], 1],
    [committed, failed('RESTORE_FAILED'), null, null],
    [committed, failedEnding(new Error('a broken invariant')), null, null],
    [[], failed('HISTORY'), null, null],
  ];
  for (const [events, ending, to, changes] of cases) {
    const record = await recordOf(events, ending);
    assert.deepEqual(record.to, to, ending.sentence);
    assert.equal(record.schema?.length ?? null, changes, ending.sentence);
  }
});

test('an error without a code is a fault', () => {
  assert.deepEqual(failedEnding(new TypeError('x is not a function')), {
    outcome: 'failed',
    exitCode: 1,
    code: 'FAULT',
    sentence: 'Something unexpected went wrong: x is not a function',
    state: null,
    next: null,
  });
});

test('a schema that cannot be explained is no difference, and the record says why', async () => {
  const odd: RunEvent = { kind: 'fact', fact: { schemaAfter: viewSchema('CREATE VIEW v AS SELEC 1') } };
  const { schema, warnings } = await recordOf([changed, odd], done);
  assert.equal(schema, null);
  assert.match(warnings.join(), /^the schemas cannot be compared: .*CREATE VIEW v AS SELEC 1/);
  const same: RunEvent = { kind: 'fact', fact: { schemaBefore: viewSchema('CREATE VIEW v AS SELEC 1') } };
  assert.deepEqual((await recordOf([changed, odd, same], done)).schema, [], 'nothing to explain where nothing changed');
});

test('a wait is told once for each attempt and recorded once; phases that overlap keep their beginnings', async () => {
  const wait = (attempt: number, waitedMs: number, waitingFor = 'the write lock'): RunEvent => ({
    kind: 'waiting',
    waitingFor,
    holder: `pid ${attempt}`,
    attempt,
    waitedMs,
    timeoutMs: 1000,
  });
  const record = await recordOf(
    [
      { kind: 'run-start', runId: 'outer' },
      { kind: 'run-start', runId: 'inner' },
      wait(1, 10),
      wait(2, 30.4),
      wait(1, 5),
      wait(1, 5, 'readers'),
      { kind: 'phase-start', phase: 'inspect' },
      { kind: 'phase-start', phase: 'migrate' },
      { kind: 'phase-failed', phase: 'migrate', durationMs: 0, error: new Error('no') },
      { kind: 'phase-end', phase: 'inspect', durationMs: 0, detail: {} },
    ],
    failed('REVISION_FAILED'),
  );
  assert.equal(record.runId, 'outer');
  assert.deepEqual(
    record.waits.map(({ waitingFor, holder, waitedMs }) => [waitingFor, holder, waitedMs]),
    [
      ['the write lock', 'pid 2', 30],
      ['the write lock', 'pid 1', 5],
      ['readers', 'pid 1', 5],
    ],
  );
  assert.deepEqual(record.phases.map(({ phase: name, failed: bad }) => [name, bad]).toSorted(), [
    ['inspect', false],
    ['migrate', true],
  ]);
});

test('however much SQL a run has, its record stays small and counts what is left out', async () => {
  const step = (n: number, failed = false): RunEvent => ({
    kind: 'step',
    step: {
      id: `r${n}`,
      direction: 'up',
      startedAt: '2026-11-22T20:26:48.265Z',
      durationMs: 1,
      statements: 200,
      path: '/srv/r.sql',
      failed,
      sql: Array.from({ length: 200 }, () => ({ sql: 'x'.repeat(2_000), times: 3 })),
      sqlLeftOut: 1,
    },
  });
  const { steps } = await recordOf([step(1, true), step(1), step(2), step(3), step(4)], done);
  assert.deepEqual(
    steps.map(({ id, failed, sql, sqlLeftOut }) => [id, failed, sql.length, sqlLeftOut]),
    [
      ['r1', false, 200, 1],
      ['r2', false, 200, 1],
      ['r3', false, 100, 301],
      ['r4', false, 0, 601],
    ],
  );
});
