/** Records with everything in them that a report can show, in names that would like to be more than names. */
import type { CheckResult } from '../../src/checks/measurement.ts';
import type { PhaseName } from '../../src/events.ts';
import type { RunRecord } from '../../src/records/run-record.ts';
import { aRecord } from '../records/a-record.ts';

export const hostile = `</code></pre><script>window.taken = 1</script><img src=x onerror="window.taken=2"> "double" 'single' \`tick\` | pipe \0 nul`;
export const long = `${'a_very_long_name_without_a_single_blank_in_it_'.repeat(5)}end`;

const phase = (name: PhaseName, startMs: number, durationMs: number, failed = false) => ({
  phase: name,
  startMs,
  durationMs,
  failed,
});

const check = (kind: CheckResult['check'], subject: string, parts: Partial<CheckResult> = {}): CheckResult => ({
  check: kind,
  subject,
  ok: true,
  before: 12_345_678,
  after: 12_345_678,
  message: `${subject} is as it was`,
  ...parts,
});

const longSql = `CREATE TABLE "${long}" (\n${Array.from({ length: 30 }, (_, n) => `  column_${n} TEXT NOT NULL DEFAULT ''`).join(',\n')}\n)`;

export const hostileRecord: RunRecord = aRecord({
  command: 'upgrade',
  targets: [hostile],
  database: `/srv/${hostile}/${long}.db`,
  hostname: hostile,
  durationMs: 200_000,
  ending: {
    outcome: 'failed',
    exitCode: 24,
    code: 'NOT_RESTORED',
    sentence: `It failed: ${hostile}`,
    state: hostile,
    next: hostile,
  },
  from: [hostile],
  to: [long],
  planned: [long, hostile],
  phases: [
    phase('lock', 0, 10),
    phase('snapshot', 10, 60_000),
    phase('inspect', 60_010, 90_000),
    phase('migrate', 60_020, 30_000),
    phase('commit', 150_010, 0),
    phase('verify', 150_020, 40_000, true),
  ],
  waits: [{ waitingFor: hostile, holder: long, startMs: 5, waitedMs: 4_321 }],
  steps: [
    {
      id: hostile,
      direction: 'up',
      startedAt: '2026-11-22T20:26:49.000Z',
      durationMs: 30_000,
      statements: 1,
      path: `/srv/migrations/${hostile}`,
      failed: true,
      sql: [{ sql: `INSERT INTO t VALUES ('${hostile}')`, times: 100_000 }],
      sqlLeftOut: 7,
    },
    {
      id: long,
      direction: 'up',
      startedAt: '2026-11-22T20:26:49.000Z',
      durationMs: 12,
      statements: 1,
      path: `/srv/migrations/${long}`,
      failed: false,
      sql: [{ sql: longSql, times: 1 }],
      sqlLeftOut: 0,
    },
  ],
  checks: [
    check('integrity', 'database'),
    check('rows', hostile, { ok: false, after: 1, message: hostile }),
    check('rows', long, { before: null, after: 0 }),
    check('statistic', hostile, { before: hostile, after: long }),
    check('statistic', 'average', { before: -0.010488487972508592, after: 0.25 }),
  ],
  schema: [{ kind: 'table', table: hostile, name: hostile, sentence: `table ${hostile} is new` }],
  losses: [{ revision: hostile, table: hostile, column: long, rows: 5 }],
  snapshot: {
    format: 1,
    id: '20261122T202646302Z-252899e8',
    database: hostile,
    reason: 'upgrade',
    runId: '252899e8-27a9-4d54-a44a-c8032db2f32c',
    revision: [hostile],
    createdAt: '2026-11-22T20:26:46.602Z',
    sha256: 'a8d6cf72a436b09952a758987f3b980930b078354d79cb144b19c9c01873dbdf',
    contentSha256: 'b3233e1d972f540e921911220486dcc7afe24b561623a93c2bb42d8938271c8f',
    bytes: 266_240,
    pageCount: 65,
    pageSize: 4096,
    journalMode: 'delete',
    integrity: 'ok',
    toolVersion: '0.1.0',
    sqliteVersion: '3.54.1',
  },
  pruned: ['20260101T000000000Z-00000000'],
  recovered: { runId: hostile, command: hostile, interruptedIn: 'working', outcome: 'rolled-back', message: hostile },
  warnings: [hostile, long],
});
