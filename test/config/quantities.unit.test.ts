import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationMs, durationProblem, maxTimerMs, sizeBytes } from '../../src/config/quantities.ts';

test('a duration is a number and a unit', () => {
  assert.deepEqual(
    ['0s', '250 ms', '30s', '5m', '1.5h', '7d', '2w'].map(durationMs),
    [0, 250, 30_000, 300_000, 5_400_000, 604_800_000, 1_209_600_000],
  );
});

test('a size is a number and a unit, a KB being 1024 bytes', () => {
  assert.deepEqual(
    ['7b', '1.5kB', '500MB', '20GB', '1 TB', '0.3B'].map(sizeBytes),
    [7, 1_536, 524_288_000, 21_474_836_480, 1_099_511_627_776, 0],
  );
});

test('a bound is named as it would be written', () => {
  const bounds = { minMs: 60_000, maxMs: maxTimerMs };
  assert.match(durationProblem('1s', bounds), /Write at least 1m,/);
  assert.match(durationProblem('30d', bounds), /Write at most 24d$/);
  assert.match(durationProblem('30d', { ...bounds, maxMs: 90_000 }), /Write at most 90s$/);
});
