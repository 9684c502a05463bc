import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildGraph, newHeads, requireKnown } from '../../src/revisions/graph/graph.ts';
import type { Revision } from '../../src/revisions/revision.ts';
import { failsWith, revisionOf } from './helpers.ts';

const order = (revisions: readonly Revision[]) => buildGraph(revisions).revisions.map(({ id }) => id);

// a1 forks into b1 and c1, which m1 merges; d1 follows.
const diamond = [
  revisionOf('d1', 'm1'),
  revisionOf('m1', 'c1', 'b1'),
  revisionOf('c1', 'a1'),
  revisionOf('b1', 'a1'),
  revisionOf('a1'),
];

test('no revisions make an empty graph', () => {
  const { revisions, heads, bases } = buildGraph([]);
  assert.deepEqual({ revisions, heads, bases }, { revisions: [], heads: [], bases: [] });
});

test('parents come before children, and the smaller id first where either may', () => {
  assert.deepEqual(order(diamond), ['a1', 'b1', 'c1', 'm1', 'd1']);
  assert.deepEqual(order([revisionOf('a', 'z'), revisionOf('y'), revisionOf('z'), revisionOf('b', 'y')]), [
    'y',
    'b',
    'z',
    'a',
  ]);
});

test('heads, bases, parents and children of a merge', () => {
  const graph = buildGraph(diamond);
  assert.deepEqual([graph.heads, graph.bases], [['d1'], ['a1']]);
  assert.deepEqual(graph.parents('m1'), ['c1', 'b1']);
  assert.deepEqual(graph.children('a1'), ['b1', 'c1']);
  assert.deepEqual(graph.children('d1'), []);
  assert.equal(graph.get('m1')?.id, 'm1');
  assert.equal(graph.get('m'), undefined);
});

test('ancestors include the revisions themselves', () => {
  const graph = buildGraph(diamond);
  assert.deepEqual([...graph.ancestors(['m1'])].sort(), ['a1', 'b1', 'c1', 'm1']);
  assert.deepEqual([...graph.ancestors(['b1', 'c1'])].sort(), ['a1', 'b1', 'c1']);
  assert.deepEqual([...graph.ancestors([])], []);
});

test('a ladder of merges is walked once, not once for each path through it', () => {
  const rungs = Array.from({ length: 60 }, (_, rung) => {
    const below = rung === 0 ? [] : [`l${rung - 1}`, `r${rung - 1}`];
    return [revisionOf(`l${rung}`, ...below), revisionOf(`r${rung}`, ...below)];
  });
  assert.equal(buildGraph(rungs.flat()).ancestors(['l59']).size, 119);
});

test('new heads are the heads within what is applied', () => {
  const graph = buildGraph(diamond);
  assert.deepEqual(newHeads(graph, new Set(['c1', 'b1', 'a1'])), ['b1', 'c1']);
  assert.deepEqual(newHeads(graph, graph.ancestors(['d1'])), ['d1']);
  assert.deepEqual(newHeads(graph, new Set()), []);
});

test('two files with one id are an error that names both', () => {
  const twin = { ...revisionOf('a1'), path: '/migrations/copy.sql' };
  failsWith('USAGE', [/'a1'.*\/migrations\/a1\.sql.*\/migrations\/copy\.sql/], () =>
    buildGraph([revisionOf('a1'), twin]),
  );
});

test('a parent without a file is an error that names the file and the parent', () => {
  failsWith('USAGE', [/\/migrations\/b1\.sql revises 'a0'/], () => buildGraph([revisionOf('b1', 'a0')]));
});

test('a cycle of three is shown in the order in which it would run', () => {
  const cycle = [
    revisionOf('b', 'a'),
    revisionOf('c', 'b'),
    revisionOf('a', 'c'),
    revisionOf('tail', 'b'),
    revisionOf('0'),
  ];
  failsWith('USAGE', [/cycle, a -> b -> c -> a,/, /\/migrations\/a\.sql/], () => buildGraph(cycle));
});

test('a revision that revises itself is a cycle of one', () => {
  failsWith('USAGE', [/cycle, a -> a,/], () => buildGraph([revisionOf('a', 'a')]));
});

test('a database at a revision that no file has is an error that names it and the ways out', () => {
  const graph = buildGraph(diamond);
  requireKnown(graph, ['a1', 'd1']);
  const error = failsWith('HISTORY', [/'e9'.*newer.*belongs to other/], () => requireKnown(graph, ['d1', 'e9']));
  assert.match(error.next ?? '', /image.*'e9'.*drydock downgrade.*snapshot list.*loses what was written since/);
  assert.match(error.state ?? '', /unchanged/);
});

/** Revisions each of which revises some of those before it, in a shuffled order of ids and files. */
const someGraph = fc.array(fc.array(fc.nat({ max: 20 }), { maxLength: 3 }), { maxLength: 20 }).chain((parents) => {
  const ids = fc.shuffledSubarray(
    parents.map((_, index) => `r${index}`),
    { minLength: parents.length },
  );
  return ids.map((names) =>
    parents.map((wanted, index) => {
      const before = [...new Set(wanted.filter((parent) => parent < index))];
      return revisionOf(names[index] ?? '', ...before.map((parent) => names[parent] ?? ''));
    }),
  );
});

test('property: the order holds every revision once, after its parents, whatever the order of the files', () => {
  fc.assert(
    fc.property(someGraph, (revisions) => {
      const found = order(revisions);
      assert.deepEqual([...found].sort(), revisions.map(({ id }) => id).sort());
      for (const { id, revises } of revisions) {
        for (const parent of revises) assert.ok(found.indexOf(parent) < found.indexOf(id));
      }
      assert.deepEqual(order([...revisions].reverse()), found);
    }),
  );
});

test('property: the heads of a set of ancestors have that set as their ancestors', () => {
  fc.assert(
    fc.property(someGraph, fc.array(fc.nat({ max: 20 })), (revisions, picks) => {
      const graph = buildGraph(revisions);
      const applied = graph.ancestors(picks.flatMap((pick) => revisions[pick]?.id ?? []));
      assert.deepEqual(new Set(graph.ancestors(newHeads(graph, applied))), new Set(applied));
    }),
  );
});
