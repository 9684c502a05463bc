import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JournalMode } from '../harness/files.ts';
import { signalAndFinish, signalPoints, stage, upgradeOfProduction } from './helpers-kill.ts';

/** A signal in each kind of place. All of them: test/long/kill-matrix.test.ts. */
const chosen: readonly [at: string, signal: NodeJS.Signals, mode: JournalMode][] = [
  ['phase:recover', 'SIGTERM', 'delete'],
  ['phase:hold', 'SIGINT', 'wal'],
  ['engine:copied', 'SIGTERM', 'delete'],
  ['phase:inspect', 'SIGTERM', 'wal'],
  ['engine:step:2', 'SIGINT', 'delete'],
  ['phase:commit', 'SIGTERM', 'delete'],
  ['engine:before-commit', 'SIGINT', 'wal'],
];

describe('signals', { concurrency: 2 }, () => {
  for (const [at, signal, mode] of chosen) {
    test(`honest exit: ${signal} at ${at} (${mode})`, async (t) => {
      const point = signalPoints.find((known) => known.at === at);
      assert.ok(point !== undefined);
      await signalAndFinish(await stage(t, upgradeOfProduction, mode), { ...point, signal });
    });
  }
});
