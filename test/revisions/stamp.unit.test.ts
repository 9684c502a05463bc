import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planStamp } from '../../src/revisions/graph/stamp.ts';
import { isNothing, planRun } from '../../src/run/plan.ts';
import { failsWith, graphs } from './helpers.ts';

const stamp = (name: keyof typeof graphs, rows: string[], ...targets: string[]) =>
  planStamp(graphs[name], rows, rows, targets);
const plan = (current: string[], targets: string[], forget: 'replaced' | 'all') =>
  planRun(
    graphs.fork,
    { versioned: true, current, history: [] },
    { verb: 'stamp', targets, forget, mismatch: 'refuse' },
  );

test('a stamp writes down its targets and all before them, and not the branches that it leaves', () => {
  assert.deepEqual(
    stamp('merge', [], 'm1').revisions.map(({ id }) => id),
    ['a1', 'b1', 'c1', 'm1'],
  );
  assert.deepEqual(
    stamp('fork', ['b1'], 'c1').revisions.map(({ id }) => id),
    ['a1', 'c1'],
  );
  assert.deepEqual(
    stamp('depends', [], 'x2').revisions.map(({ id }) => id),
    ['a1', 'a2', 'x1', 'x2'],
  );
});

test('several targets are each stamped, and one that another implies has no row', () => {
  // With both rows Alembic says that they overlap, and does nothing any more.
  assert.deepEqual(stamp('linear', [], '001_first', '003_third').to, ['003_third']);
  assert.deepEqual(stamp('needed', [], 'a2', 'x1').to, ['x1']);
  assert.deepEqual(stamp('merge', ['m1'], 'b1', 'c1').to, ['b1', 'c1']);
});

test('relative targets count from the database, and replace what they count from', () => {
  assert.deepEqual(stamp('linear', ['002_second'], '+1').to, ['003_third']);
  assert.deepEqual(stamp('linear', ['002_second'], '-2').to, []);
  assert.deepEqual(stamp('labels', ['b2', 'c3'], 'left@-1').to, ['b1', 'c3']);
  assert.deepEqual(stamp('depends', ['a1', 'x1'], 'x1-1').to, ['a1']);
});

test('a row that no file knows is forgotten only when all rows are', () => {
  failsWith('HISTORY', [/'x9'/], () => plan(['b1', 'x9'], ['c1'], 'replaced'));
  assert.deepEqual(plan(['b1', 'x9'], ['c1'], 'all').to, ['c1']);
  assert.deepEqual(plan(['b1', 'x9'], ['current'], 'all').to, ['b1']);
  assert.deepEqual(plan(['x9'], ['base'], 'all').to, []);
});

test('a stamp of base is something to do where rows go, and leaves a row in the history', () => {
  const toBase = plan(['b1', 'c1'], ['base'], 'replaced');
  assert.deepEqual([isNothing(toBase), toBase.to, toBase.stamped.map(({ id }) => id)], [false, [], ['base']]);
  assert.ok(isNothing(plan([], ['base'], 'replaced')));
});

test('the version table is made where it is missing, and only there', () => {
  const ensure = (versioned: boolean) =>
    planRun(graphs.fork, { versioned, current: [], history: [] }, { verb: 'ensure-version' });
  assert.deepEqual([isNothing(ensure(false)), ensure(false).to], [false, []]);
  assert.ok(isNothing(ensure(true)));
  const ahead = { versioned: true, current: ['z9'], history: [] };
  assert.ok(isNothing(planRun(graphs.fork, ahead, { verb: 'ensure-version' })), 'whatever stands in it');
});

test('rows of which one implies another are read as they are, and are no reason for a run', () => {
  const applied = { versioned: true, current: ['a2', 'x1'], history: [] };
  assert.ok(isNothing(planRun(graphs.needed, applied, { verb: 'upgrade', target: 'heads' })));
  assert.deepEqual(planRun(graphs.needed, applied, { verb: 'downgrade', target: 'extra@base' }).to, ['a2']);
});
