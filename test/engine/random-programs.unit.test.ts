import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { program, runProgram } from './random-programs.ts';

test('an honest report: nothing that a random program changed is missing in the written set', () => {
  let ran = 0;
  fc.assert(
    fc.property(program, (parts) => {
      ran += runProgram(parts);
    }),
    { numRuns: 400, seed: 16 },
  );
  assert.ok(ran > 1000, `only ${ran} statements ran`);
});
