import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planDowngrade, planUpgrade, resolveRevision } from '../../src/revisions/address.ts';
import { buildGraph } from '../../src/revisions/graph.ts';
import type { Step } from '../../src/revisions/revision.ts';
import { failsWith, revisionOf } from './helpers.ts';

const linear = buildGraph([
  revisionOf('001_first'),
  revisionOf('002_second', '001_first'),
  revisionOf('003_third', '002_second'),
  revisionOf('0031_fix', '003_third'),
]);
const fork = buildGraph([revisionOf('a1'), revisionOf('b1', 'a1'), revisionOf('c1', 'a1')]);
const merge = buildGraph([
  revisionOf('a1'),
  revisionOf('b1', 'a1'),
  revisionOf('c1', 'a1'),
  revisionOf('m1', 'b1', 'c1'),
]);
const empty = buildGraph([]);

const shown = (steps: readonly Step[]) => steps.map(({ revision, direction }) => `${direction} ${revision.id}`);
const up = (current: string[], address: string, graph = linear) => shown(planUpgrade(graph, current, address));
const down = (current: string[], address: string, graph = linear) => shown(planDowngrade(graph, current, address));

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
  for (const address of ['x', '', 'main@head', '1', 'head--1', '+', 'x+1', '002_second:003_third']) {
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
    ['-1', []],
    ['001_first+4', []],
    ['002_second-3', []],
    ['base-1', []],
  ];
  for (const [address, current] of cases) {
    const [count] = /\d$/.exec(address) ?? [];
    const wording = `Relative revision ${address} didn't produce ${count} migrations`;
    const error = failsWith('USAGE', [], () => resolveRevision(linear, address, current));
    assert.equal(error.what, wording);
  }
});

test('`head` with several heads is an error that lists them, `heads` is all of them', () => {
  failsWith('USAGE', [/Multiple head revisions.*'head': b1, c1/], () => resolveRevision(fork, 'head', []));
  assert.deepEqual(resolveRevision(fork, 'heads', []), ['b1', 'c1']);
});

test('a relative address along a fork or a merge is ambiguous, and says between what', () => {
  failsWith('USAGE', [/'a1\+1' is ambiguous.*b1, c1/], () => resolveRevision(fork, 'a1+1', []));
  failsWith('USAGE', [/'m1-1' is ambiguous.*b1, c1/], () => resolveRevision(merge, 'm1-1', []));
  failsWith('USAGE', [/'heads-1' is ambiguous.*b1, c1/], () => resolveRevision(fork, 'heads-1', []));
});

test('an upgrade runs what is pending up to its target, in order', () => {
  assert.deepEqual(up([], 'head'), ['up 001_first', 'up 002_second', 'up 003_third', 'up 0031_fix']);
  assert.deepEqual(up(['001_first'], '003_third'), ['up 002_second', 'up 003_third']);
  assert.deepEqual(up(['001_first'], '+1'), ['up 002_second']);
  assert.deepEqual(up(['001_first'], '001_first+2'), ['up 002_second', 'up 003_third']);
});

test('an upgrade to what is applied already, or lies behind it, runs nothing', () => {
  for (const address of ['003_third', '001_first', 'base', 'current', '+0', '003_third-1']) {
    assert.deepEqual(up(['003_third'], address), [], address);
  }
  assert.deepEqual(up([], 'head', empty), []);
});

test('a downgrade undoes what lies beyond its target, children first', () => {
  assert.deepEqual(down(['003_third'], 'base'), ['down 003_third', 'down 002_second', 'down 001_first']);
  assert.deepEqual(down(['003_third'], '001_first'), ['down 003_third', 'down 002_second']);
  assert.deepEqual(down(['003_third'], '-1'), ['down 003_third']);
  assert.deepEqual(down(['003_third'], '003_third-1'), ['down 003_third']);
  assert.deepEqual(down(['003_third'], '-3'), down(['003_third'], 'base'));
});

test('a downgrade to where the database is runs nothing', () => {
  assert.deepEqual(down(['003_third'], '003_third'), []);
  assert.deepEqual(down(['003_third'], 'current'), []);
  assert.deepEqual(down([], 'base'), []);
});

test('a downgrade to what is not applied is an error that names both', () => {
  const wording = [/'003_third' is not a valid downgrade target from current revision 002_second/];
  const error = failsWith('USAGE', wording, () => planDowngrade(linear, ['002_second'], '003_third'));
  assert.match(error.state ?? '', /unchanged/);
  failsWith('USAGE', [/from current revision base/], () => planDowngrade(linear, [], '001_first'));
});

test('a sign that points the other way is an error that names the other command', () => {
  assert.match(
    failsWith('USAGE', [/'-1'/], () => planUpgrade(linear, ['002_second'], '-1')).next ?? '',
    /drydock downgrade/,
  );
  assert.match(
    failsWith('USAGE', [/'\+1'/], () => planDowngrade(linear, ['002_second'], '+1')).next ?? '',
    /drydock upgrade/,
  );
});

test('a merge runs after both of its branches, and is undone before them', () => {
  assert.deepEqual(up(['b1'], 'head', merge), ['up c1', 'up m1']);
  assert.deepEqual(up(['b1', 'c1'], 'm1', merge), ['up m1']);
  assert.deepEqual(down(['m1'], '-1', merge), ['down m1']);
  assert.deepEqual(down(['m1'], 'a1', merge), ['down m1', 'down c1', 'down b1']);
  assert.deepEqual(down(['m1'], 'b1', merge), ['down m1', 'down c1']);
});

test('relative steps over branches go by the order of the graph', () => {
  assert.deepEqual(up(['a1'], '+1', fork), ['up b1']);
  assert.deepEqual(up(['c1'], '+1', fork), ['up b1']);
  assert.deepEqual(down(['b1', 'c1'], '-1', fork), ['down c1']);
  assert.deepEqual(resolveRevision(fork, '+2', ['a1']), ['b1', 'c1']);
});

test('the last revision in order is undone first, though a sibling is still applied', () => {
  // z1 comes last in the graph, but only c1 is applied beside a1.
  const graph = buildGraph([revisionOf('a1'), revisionOf('c1', 'a1'), revisionOf('z1', 'a1')]);
  assert.deepEqual(down(['c1'], '-1', graph), ['down c1']);
});

test('a database at a revision that no file has can be neither upgraded nor downgraded', () => {
  for (const plan of [planUpgrade, planDowngrade]) {
    failsWith('HISTORY', [/'999_future'/], () => plan(linear, ['999_future'], 'base'));
  }
  failsWith('HISTORY', [/'999_future'/], () => resolveRevision(linear, 'current', ['999_future']));
  assert.deepEqual(resolveRevision(linear, 'head', ['999_future']), ['0031_fix']);
});
