/** What each kind of start may cost: budget.json, which is changed by hand and with a reason. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Costs } from './measure.ts';

const budget: Readonly<Record<string, Readonly<Record<string, number>>>> = JSON.parse(
  readFileSync(new URL('budget.json', import.meta.url), 'utf8'),
);

/** @param start One of those in the budget. */
export function requireWithin(start: string, costs: Costs): void {
  const allowed = budget[start] ?? {};
  const risen = Object.entries(costs).flatMap(([name, { count, what }]) => {
    const limit = allowed[name];
    assert.ok(limit !== undefined, `test/costs/budget.json says nothing of ${name} with ${start}`);
    if (count <= limit) return [];
    const more = `${start}: ${name} rose by ${count - limit}, from at most ${limit} to ${count}`;
    return [
      `${more}. If it is worth that, put ${count} into test/costs/budget.json and say why.\n  ${what.join('\n  ')}`,
    ];
  });
  assert.equal(risen.length, 0, risen.join('\n'));
}
