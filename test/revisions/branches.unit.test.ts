import assert from 'node:assert/strict';
import { test } from 'node:test';
import { branchHeads, branchOf } from '../../src/revisions/graph/branches.ts';
import { buildGraph, newHeads, type RevisionGraph } from '../../src/revisions/graph/graph.ts';
import { failsWith, graphOf, graphs, revisionLike } from './helpers.ts';

const labelsOf = (graph: RevisionGraph) =>
  Object.fromEntries(graph.revisions.map(({ id }) => [id, graph.labels(id).join(' ')]));

test('what a revision depends on comes before it, and is no parent', () => {
  const { depends } = graphs;
  assert.deepEqual(depends.revisions.map(({ id }) => id).join(' '), 'a1 a2 a3 x1 x2 x3');
  assert.deepEqual([depends.parents('x2'), depends.dependencies('x2')], [['x1'], ['a2']]);
  assert.deepEqual([depends.children('a2'), depends.dependents('a2')], [['a3'], ['x2']]);
  assert.deepEqual([...depends.ancestors(['x2'])].sort(), ['a1', 'a2', 'x1', 'x2']);
  assert.deepEqual([...depends.descendants(['a2'])].sort(), ['a2', 'a3', 'x2', 'x3']);
  assert.deepEqual([...branchOf(depends, 'a2')].sort(), ['a1', 'a2', 'a3']);
});

test('a head that another branch depends on is a head, and has no row in alembic_version', () => {
  const { needed } = graphs;
  assert.deepEqual([needed.heads, needed.tips], [['a2', 'x1'], ['x1']]);
  const all = needed.ancestors(['x1']);
  assert.deepEqual([newHeads(needed, all), branchHeads(needed, all)], [['x1'], ['a2', 'x1']]);
});

test('a dependency may be named by a branch label, and means the revision that gives it', () => {
  const graph = graphOf('a1', 'a2 < a1 # main', 'a3 < a2', 'x1 & main');
  assert.deepEqual(graph.dependencies('x1'), ['a2']);
  assert.deepEqual(graph.revisions.map(({ id }) => id).join(' '), 'a1 a2 a3 x1');
});

test('a label applies to what descends, and back along a line that nothing branches off', () => {
  const cases: [lines: string[], labels: Record<string, string>][] = [
    [['a1', 'a2 < a1 # line', 'a3 < a2'], { a1: 'line', a2: 'line', a3: 'line' }],
    [['a1', 'b1 < a1 # left', 'c1 < a1'], { a1: '', b1: 'left', c1: '' }],
    [['a1', 'b1 < a1 # left', 'c1 < a1 # right', 'm1 < b1 c1'], { a1: '', b1: 'left', c1: 'right', m1: 'left right' }],
    [['a1', 'a2 < a1 # line', 'b1 < a2', 'c1 < a2'], { a1: '', a2: 'line', b1: 'line', c1: 'line' }],
    [['a1', 'a2 < a1 # line', 'x1 & a1'], { a1: '', a2: 'line', x1: '' }],
    [['a1 # one two', 'x1 & a1'], { a1: 'one two', x1: '' }],
  ];
  for (const [lines, labels] of cases) assert.deepEqual(labelsOf(graphOf(...lines)), labels, lines.join(', '));
});

test('a label that two revisions give, or that is the id of one, is an error that names both', () => {
  failsWith('USAGE', [/label 'main' in revision 'b1'.*already used by revision 'a1'/], () =>
    graphOf('a1 # main', 'b1 # main'),
  );
  failsWith('USAGE', [/label 'a1' in revision 'b1'.*is the id of revision 'a1'/], () => graphOf('a1', 'b1 # a1'));
});

test('a dependency that no file has is an error that names the file', () => {
  failsWith('USAGE', [/\/migrations\/a1\.sql depends on 'x9'/], () => graphOf('a1 & x9'));
  failsWith('USAGE', [/depends on '00'/], () => graphOf('001', 'a1 & 00'));
});

test('revisions that wait for each other are a cycle, in their order and with their files', () => {
  const error = failsWith('USAGE', [/cycle, a2 -> x1 -> a2,.*a2\.sql.*x1\.sql/], () =>
    graphOf('a1', 'a2 < a1 & x1', 'x1 & a2'),
  );
  assert.match(error.next ?? '', /depends on/);
  failsWith('USAGE', [/cycle, a1 -> a1,/], () => graphOf('a1 & a1'));
  assert.doesNotMatch(failsWith('USAGE', [], () => graphOf('a1 < b1', 'b1 < a1')).next ?? '', /depends/);
});

test('a dependency on an ancestor, and one that is a parent too, change nothing', () => {
  const graph = buildGraph(['a1', 'a2 < a1 & a1', 'a3 < a2 & a1'].map(revisionLike));
  assert.deepEqual([graph.revisions.map(({ id }) => id).join(' '), graph.tips], ['a1 a2 a3', ['a3']]);
});

test('labels do not depend on the order of the files', () => {
  const lines = ['a1', 'b1 < a1 # left', 'c1 < a1 # right', 'm1 < b1 c1 # joined', 'd1 < m1'];
  assert.deepEqual(labelsOf(graphOf(...lines)), labelsOf(graphOf(...lines.toReversed())));
});
