import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveRevision, startsFromCurrent } from '../../src/revisions/graph/address.ts';
import { buildGraph } from '../../src/revisions/graph/graph.ts';
import { failsWith, graphOf, graphs, revisionOf } from './helpers.ts';

type GraphName = keyof typeof graphs;
const { linear, fork, merge, depends, empty } = graphs;

test('each form of address names what Alembic takes it to name', () => {
  const at = ['002_second'];
  const cases: [address: string, ids: string[]][] = [
    ['head', ['0031_fix']],
    ['heads', ['0031_fix']],
    ['base', []],
    ['current', ['002_second']],
    ['003_third', ['003_third']],
    ['002', ['002_second']],
    ['+1', ['003_third']],
    ['+2', ['0031_fix']],
    ['-1', ['001_first']],
    ['-2', []],
    ['+0', ['002_second']],
    ['001_first+2', ['003_third']],
    ['001+2', ['003_third']],
    ['003_third-2', ['001_first']],
    ['003_third-3', []],
    ['head-1', ['003_third']],
    ['base+1', ['001_first']],
    ['current+1', ['003_third']],
  ];
  for (const [address, ids] of cases) assert.deepEqual(resolveRevision(linear, address, at), ids, address);
});

test('each form of address on a branch names what Alembic takes it to name', () => {
  const cases: [graph: GraphName, address: string, current: string[], ids: string[]][] = [
    ['labels', 'left', [], ['b1']],
    ['labels', 'left@head', [], ['b2']],
    ['labels', 'right@heads', [], ['c3']],
    ['labels', 'left@base', ['b2', 'c2'], []],
    ['labels', 'right@c2', [], ['c2']],
    ['labels', 'left@+1', ['b1', 'c3'], ['b2']],
    ['labels', 'right@+2', ['b2'], ['c2']],
    ['labels', 'right@+2', ['b2', 'c1'], ['c3']],
    ['labels', 'left@+1', ['a1'], ['b1']],
    ['labels', 'left@-1', ['b2', 'c1'], ['b1']],
    ['labels', 'right@-3', ['b2', 'c2'], []],
    ['labels', 'left@a1+2', [], ['b2']],
    ['labels', 'right@base+2', [], ['c1']],
    ['labels', 'right@c3-1', [], ['c2']],
    ['labels', 'c2@head', [], ['c3']],
    ['labels', 'left@current', ['b1', 'c3'], ['b1']],
    ['depends', 'extra@head', [], ['x3']],
    ['depends', 'main@head', [], ['a3']],
    ['depends', 'heads', [], ['a3', 'x3']],
    ['needed', 'heads', [], ['x1']],
    ['needed', 'main@heads', [], ['a2']],
    // The branch has no row of its own: the other one implies it.
    ['needed', 'main@-1', ['x1'], ['a1']],
    ['needed', 'main@current', ['x1'], ['a2']],
  ];
  for (const [graph, address, current, ids] of cases) {
    assert.deepEqual(resolveRevision(graphs[graph], address, current), ids, `${graph}: ${address}`);
  }
});

test('before the @ stands a label, an id or a prefix, and a prefix behind it is looked up on that branch', () => {
  const graph = graphOf('root', 'left_1 < root', 'left_2 < left_1', 'right_1 < root');
  assert.deepEqual(resolveRevision(graph, 'left_2@head', []), ['left_2']);
  assert.deepEqual(resolveRevision(graph, 'right@head', []), ['right_1']);
  const same = graphOf('root', 'ab1 < root # one', 'ab2 < root # two');
  failsWith('USAGE', [/Multiple revisions start with 'ab'/], () => resolveRevision(same, 'ab', []));
  assert.deepEqual(resolveRevision(same, 'two@ab', []), ['ab2']);
});

test('a branch that there is not, and a revision of another branch, are errors that name them', () => {
  failsWith('USAGE', [/No such branch: 'nowhere'/], () => resolveRevision(linear, 'nowhere@head', []));
  failsWith('USAGE', [/No such branch: ''/], () => resolveRevision(linear, '@head', []));
  failsWith('USAGE', [/b2 is not a member of branch 'right'/], () => resolveRevision(graphs.labels, 'right@b2', []));
  failsWith('USAGE', [/'left@a@b'/], () => resolveRevision(graphs.labels, 'left@a@b', []));
});

test('a whole id is found even where it is the beginning of another', () => {
  const graph = buildGraph([revisionOf('003'), revisionOf('0031', '003')]);
  assert.deepEqual(resolveRevision(graph, '003', []), ['003']);
});

test('a prefix of several ids is an error that lists them', () => {
  failsWith('USAGE', [/Multiple revisions start with '003': 0031_fix, 003_third/], () =>
    resolveRevision(linear, '003', []),
  );
});

test('an unknown revision is an error that lists the heads', () => {
  for (const address of ['x', '', '1', 'head--1', '+', 'x+1', '002_second:003_third']) {
    failsWith('USAGE', [/Can't locate revision identified by '/, /0031_fix/], () =>
      resolveRevision(linear, address, []),
    );
  }
  failsWith('USAGE', [/identified by 'x'; there are no revisions/], () => resolveRevision(empty, 'x', []));
});

test('more relative steps than there are is an error in the words of Alembic', () => {
  const cases: [address: string, current: string[]][] = [
    ['+9', ['002_second']],
    ['+1', ['0031_fix']],
    ['-3', ['002_second']],
    ['-9', ['002_second']],
    ['-1', []],
    ['001_first+4', []],
    ['002_second-3', []],
    ['base-1', []],
    ['002@+9', ['002_second']],
  ];
  for (const [address, current] of cases) {
    const [count] = /\d$/.exec(address) ?? [];
    const wording = `Relative revision ${address} didn't produce ${count} migrations`;
    const error = failsWith('USAGE', [], () => resolveRevision(linear, address, current));
    assert.equal(error.what, wording);
  }
});

test('`head` with several heads is an error that shows how to merge them, `heads` is all of them', () => {
  const error = failsWith('USAGE', [/Multiple head revisions.*'head': b1, c1/], () =>
    resolveRevision(fork, 'head', []),
  );
  assert.match(error.next ?? '', /drydock merge b1 c1 -m/);
  assert.deepEqual(resolveRevision(fork, 'heads', []), ['b1', 'c1']);
  failsWith('USAGE', [/'a1@head': b1, c1/], () => resolveRevision(fork, 'a1@head', []));
  // Alembic does not know `head` here either, although `heads` is one.
  failsWith('USAGE', [/'head': a2, x1/], () => resolveRevision(graphs.needed, 'head', []));
});

test('a step that could go two ways is an error that says between what, and how to say which', () => {
  const cases: [graph: GraphName, address: string, current: string[], says: RegExp][] = [
    ['fork', 'a1+1', [], /'a1\+1' is ambiguous.*b1, c1/],
    ['fork', '+1', ['a1'], /several revisions follow 'a1': b1, c1/],
    ['fork', '+1', ['b1', 'c1'], /the database is at several revisions: b1, c1/],
    ['fork', '-1', ['b1', 'c1'], /the database is at several revisions: b1, c1/],
    ['fork', 'heads-1', [], /'heads' is more than one revision: b1, c1/],
    ['merge', 'm1-1', [], /'m1' merges several revisions: b1, c1/],
    ['merge', '-2', ['m1'], /'m1' merges several revisions: b1, c1/],
    ['depends', 'base+1', [], /several revisions follow 'base': a1, x1/],
  ];
  for (const [graph, address, current, says] of cases) {
    failsWith('USAGE', [says], () => resolveRevision(graphs[graph], address, current));
  }
  assert.match(failsWith('USAGE', [], () => resolveRevision(fork, '+1', ['a1'])).next ?? '', /b1@\+1/);
  // On either branch the way back from a merge is as unclear.
  failsWith('USAGE', [/'m1' merges several revisions/], () => resolveRevision(merge, 'b1@-2', ['m1']));
  const { next } = failsWith('USAGE', [], () => resolveRevision(merge, '-2', ['m1']));
  assert.equal(next, 'Name the revision by its id');
});

test('one step back from a merge is where all of its branches are', () => {
  assert.deepEqual(resolveRevision(merge, '-1', ['m1']), ['b1', 'c1']);
});

test('an address that starts from where the database is can be told from the others', () => {
  for (const address of ['current', '+1', '-1', 'left@+1', 'left@-2', 'current-1', 'left@current']) {
    assert.ok(startsFromCurrent(address), address);
  }
  for (const address of ['head', 'a1-1', 'currents', 'left@head', 'base+1'])
    assert.ok(!startsFromCurrent(address), address);
});

test('the current revisions of a database that is at something unknown are an error', () => {
  failsWith('HISTORY', [/'999_future'/], () => resolveRevision(linear, 'current', ['999_future']));
  failsWith('HISTORY', [/'999_future'/], () => resolveRevision(depends, 'main@+1', ['999_future']));
  assert.deepEqual(resolveRevision(linear, 'head', ['999_future']), ['0031_fix']);
});
