/** As test/operations/random-schemas.unit.test.ts, with more cases and several operations on each schema. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Tally } from './random-case.ts';
import { runCase } from './random-case.ts';

const schema = fc.array(fc.nat(9999), { minLength: 30, maxLength: 400, size: 'max' });
const operation = fc.array(fc.nat(9999), { minLength: 8, maxLength: 8 });
const operations = fc.array(operation, { minLength: 2, maxLength: 8 });

test('many random operations on many random schemas', () => {
  const tally: Tally = { done: 0, undone: 0, refused: 0 };
  fc.assert(
    fc.property(schema, operations, (drawn, numbers) => runCase(drawn, numbers, tally)),
    { numRuns: 3000, endOnFailure: true },
  );
  assert.ok(tally.done > 3000 && tally.undone > 1500, JSON.stringify(tally));
});
