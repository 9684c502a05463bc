import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unreachable } from '../../src/errors.ts';
import type { MigrationCommand } from '../../src/run/outcome.ts';
import { planRun } from '../../src/run/plan.ts';
import { type RowCase, rowCases } from './alembic-rows.ts';
import { graphs } from './helpers.ts';

function commandOf({ verb, targets }: RowCase): MigrationCommand {
  const [target = ''] = targets;
  switch (verb) {
    case 'upgrade':
    case 'downgrade':
      return { verb, target };
    case 'stamp':
      return { verb, targets, forget: 'replaced', mismatch: 'refuse' };
    default:
      return unreachable(verb);
  }
}

for (const name of Object.keys(graphs) as RowCase['graph'][]) {
  const cases = rowCases.filter(({ graph }) => graph === name);
  if (cases.length === 0) continue;

  test(`alembic_version holds what Alembic would write: ${name}`, () => {
    for (const it of cases) {
      const applied = { versioned: true, current: [...it.before], history: [] };
      const { to } = planRun(graphs[name], applied, commandOf(it));
      assert.deepEqual(to, it.after, `at ${it.before.join(', ') || 'base'}: ${it.verb} ${it.targets.join(' ')}`);
    }
  });
}

test('what Alembic wrote is read back as where it is: upgrading from there comes to the same rows as from nothing', () => {
  for (const { graph: name, after } of rowCases) {
    const graph = graphs[name];
    const plan = planRun(
      graph,
      { versioned: true, current: [...after], history: [] },
      { verb: 'upgrade', target: 'heads' },
    );
    assert.deepEqual(plan.to, graph.tips, `${name} at ${after.join(', ') || 'base'}`);
    assert.equal(plan.steps.length, graph.revisions.length - graph.ancestors(after).size);
  }
});
