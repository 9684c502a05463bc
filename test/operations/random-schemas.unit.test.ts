/** Over random schemas with rows: an operation changes what it says and nothing else, and its inverse undoes it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Tally } from './random-case.ts';
import { runCase } from './random-case.ts';

const schema = fc.array(fc.nat(9999), { minLength: 30, maxLength: 400, size: 'max' });
const operation = fc.array(fc.nat(9999), { minLength: 8, maxLength: 8 });

test('random operations on random schemas', () => {
  const tally: Tally = { done: 0, undone: 0, refused: 0 };
  fc.assert(
    fc.property(schema, operation, (drawn, numbers) => runCase(drawn, [numbers], tally)),
    { numRuns: 1000, endOnFailure: true },
  );
  // A generator that makes only what is refused proves nothing.
  assert.ok(tally.done > 320 && tally.undone > 160, JSON.stringify(tally));
});
