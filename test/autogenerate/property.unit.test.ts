/** Whatever the two schemas are, what was planned makes the one of the other, and back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { planChanges } from '../../src/autogenerate/plan-changes.ts';
import type { RenameDecision } from '../../src/autogenerate/renames.ts';
import { compareSchemas } from '../../src/schema/compare/compare.ts';
import { isMild } from '../../src/schema/compare/difference.ts';
import type { Schema } from '../../src/schema/normalised.ts';
import { schemaFrom } from '../schema/database.ts';
import { assertPlanWorks } from './apply.ts';
import { schemaPair, scriptOf } from './schemas.ts';

const seed = process.env['FAST_CHECK_SEED'];
const parameters = {
  numRuns: Number(process.env['FAST_CHECK_RUNS'] ?? 250),
  ...(seed === undefined ? {} : { seed: Number(seed) }),
};

/** Plans, and answers whatever is asked. */
function plannedWith(from: Schema, to: Schema, answers: readonly boolean[]) {
  const decisions: RenameDecision[] = [];
  for (let asked = 0; ; asked += 1) {
    const result = planChanges(from, to, decisions);
    if (result.kind !== 'questions') return result;
    const [question] = result.questions;
    assert.ok(question !== undefined);
    decisions.push({ ...question, answer: answers[asked % answers.length] === true ? 'rename' : 'separate' });
  }
}

test('an upgrade makes the desired schema, the downgrade the old one, in both forms', async () => {
  let [planned, sql] = [0, 0];
  const answers = fc.array(fc.boolean(), { minLength: 1, maxLength: 4 });
  const property = fc.asyncProperty(schemaPair, answers, async ([a, b], answered) => {
    const [from, to] = [scriptOf(a), scriptOf(b)];
    const [old, wanted] = [schemaFrom(from), schemaFrom(to)];
    const result = plannedWith(old, wanted, answered);
    if (result.kind === 'nothing') {
      assert.ok(compareSchemas(old, wanted).every(isMild));
      return;
    }
    planned += 1;
    if (await assertPlanWorks(result.plan, from, to)) sql += 1;
  });
  await fc.assert(property, parameters);
  assert.ok(sql > planned / 20, `only ${sql} of ${planned} plans were all in place`);
});
