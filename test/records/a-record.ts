import type { RunRecord } from '../../src/records/run-record.ts';

/** A record of an upgrade that went well, unless it is said otherwise. */
export function aRecord(parts: Partial<RunRecord> = {}): RunRecord {
  return {
    format: 1,
    runId: '647aa6e1-e14a-4634-85ab-bb7e39dcda8a',
    command: 'upgrade',
    targets: ['head'],
    database: '/srv/data/app.db',
    startedAt: '2026-11-22T20:26:48.265Z',
    durationMs: 700,
    ending: { outcome: 'done', exitCode: 0, sentence: 'Upgraded /srv/data/app.db from base to a1 in 690 ms.' },
    from: [],
    to: ['a1'],
    planned: ['a1'],
    phases: [
      { phase: 'lock', startMs: 0, durationMs: 10, failed: false },
      { phase: 'commit', startMs: 600, durationMs: 20, failed: false },
    ],
    waits: [],
    steps: [],
    checks: [],
    schema: [],
    losses: [],
    snapshot: null,
    pruned: [],
    recovered: null,
    warnings: [],
    toolVersion: '0.1.0',
    nodeVersion: '26.10.0',
    hostname: 'web-1',
    ...parts,
  };
}
