import assert from 'node:assert/strict';
import { test } from 'node:test';
import { growthOf } from '../../bench/fit.ts';

const sizes = [1, 10, 100, 300, 1000];

/** Half a second for a start, and what the work takes. */
function timesOf(work: (x: number) => number) {
  return sizes.map((x) => ({ x, y: 500 + work(x) }));
}

test('the growth of a time is told apart from what a start costs', () => {
  assert.deepEqual(growthOf(timesOf((x) => x / 10)), { power: undefined, from: 100, linear: true });
  const linear = growthOf(timesOf((x) => 2 * x));
  assert.ok(linear.linear && Math.abs((linear.power ?? 0) - 1) < 0.02);
  const logarithmic = growthOf(timesOf((x) => 2 * x * Math.log2(x)));
  assert.ok(!logarithmic.linear && (logarithmic.power ?? 0) < 1.3);
  const quadratic = growthOf(timesOf((x) => x ** 2 / 100));
  assert.ok(!quadratic.linear && Math.abs((quadratic.power ?? 0) - 2) < 0.02);
});
