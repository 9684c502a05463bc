import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planDowngrade, planUpgrade } from '../../src/revisions/graph/steps.ts';
import type { Step } from '../../src/revisions/revision.ts';
import { failsWith, graphOf, graphs } from './helpers.ts';

type GraphName = keyof typeof graphs;
type Case = [graph: GraphName, current: string[], target: string, runs: string];

const shown = (steps: readonly Step[]) => steps.map(({ revision }) => revision.id).join(' ');
const up = (graph: GraphName, current: string[], target: string) => shown(planUpgrade(graphs[graph], current, target));
const down = (graph: GraphName, current: string[], target: string) =>
  shown(planDowngrade(graphs[graph], current, target));

test('an upgrade runs what must be applied before its target and is not, and the target', () => {
  const cases: Case[] = [
    ['linear', [], 'head', '001_first 002_second 003_third 0031_fix'],
    ['linear', ['001_first'], '003_third', '002_second 003_third'],
    ['linear', ['001_first'], '+1', '002_second'],
    ['linear', ['001_first'], '001_first+2', '002_second 003_third'],
    ['fork', [], 'heads', 'a1 b1 c1'],
    ['fork', [], 'c1', 'a1 c1'],
    ['fork', ['b1'], 'heads', 'c1'],
    ['merge', [], 'head', 'a1 b1 c1 m1'],
    ['merge', ['b1'], 'head', 'c1 m1'],
    ['merge', ['b1', 'c1'], 'm1', 'm1'],
    ['labels', [], 'left@head', 'a1 b1 b2'],
    ['labels', ['b2'], 'right@+1', 'c1'],
    ['labels', ['b1', 'c1'], 'right@+2', 'c2 c3'],
    ['labels', ['b1'], 'heads', 'b2 c1 c2 c3'],
    ['depends', [], 'extra@head', 'a1 a2 x1 x2 x3'],
    ['depends', [], 'x1', 'x1'],
    ['depends', ['x1'], 'x2', 'a1 a2 x2'],
    ['depends', ['a1', 'x1'], 'extra@+1', 'a2 x2'],
    ['depends', ['x3'], 'main@head', 'a3'],
    ['needed', [], 'heads', 'a1 a2 x1'],
    ['empty', [], 'head', ''],
  ];
  for (const [graph, current, target, runs] of cases) {
    assert.equal(up(graph, current, target), runs, `${graph} at ${current}: ${target}`);
  }
});

test('an upgrade to what is applied already, or lies behind it, runs nothing', () => {
  for (const target of ['003_third', '001_first', 'base', 'current', '+0', '003_third-1']) {
    assert.equal(up('linear', ['003_third'], target), '', target);
  }
  assert.equal(up('needed', ['x1'], 'a2'), '', 'implied by what depends on it');
});

test('a downgrade undoes what descends from its target and what depends on that, the last first', () => {
  const cases: Case[] = [
    ['linear', ['003_third'], 'base', '003_third 002_second 001_first'],
    ['linear', ['003_third'], '001_first', '003_third 002_second'],
    ['linear', ['003_third'], '-1', '003_third'],
    ['linear', ['003_third'], '003_third-1', '003_third'],
    ['linear', ['003_third'], '-3', '003_third 002_second 001_first'],
    ['fork', ['b1', 'c1'], 'a1', 'c1 b1'],
    ['fork', ['b1', 'c1'], 'b1', ''],
    ['fork', ['b1', 'c1'], 'b1@-1', 'b1'],
    ['fork', ['b1', 'c1'], 'c1@a1', 'c1'],
    ['fork', ['b1', 'c1'], 'base', 'c1 b1 a1'],
    ['merge', ['m1'], 'b1', 'm1'],
    ['merge', ['m1'], '-1', 'm1'],
    ['merge', ['m1'], 'a1', 'm1 c1 b1'],
    ['labels', ['b2', 'c3'], 'left@b1', 'b2'],
    ['labels', ['b2', 'c3'], 'right@-2', 'c3 c2'],
    ['labels', ['b2', 'c3'], 'right@a1', 'c3 c2 c1'],
    ['labels', ['b2', 'c3'], 'c1', 'c3 c2'],
    ['labels', ['b2'], 'left@-1', 'b2'],
    ['depends', ['a3', 'x3'], 'main@base', 'x3 x2 a3 a2 a1'],
    ['depends', ['a3', 'x3'], 'extra@base', 'x3 x2 x1'],
    ['depends', ['a3', 'x3'], 'a2', 'a3'],
    ['depends', ['a3', 'x3'], 'a1', 'x3 x2 a3 a2'],
    ['depends', ['x3'], '-1', 'x3'],
    ['depends', ['x3'], 'extra@-3', 'x3 x2 x1'],
    ['depends', ['x3'], 'main@-1', 'x3 x2 a2'],
    ['depends', ['a3', 'x1'], 'x1-1', 'x1'],
    ['needed', ['x1'], 'extra@base', 'x1'],
    ['needed', ['x1'], '-1', 'x1'],
    ['needed', ['x1'], 'base', 'x1 a2 a1'],
    ['needed', ['x1'], 'a2', ''],
    ['needed', ['x1'], 'main@current', ''],
    ['empty', [], 'base', ''],
  ];
  for (const [graph, current, target, runs] of cases) {
    assert.equal(down(graph, current, target), runs, `${graph} at ${current}: ${target}`);
  }
});

test('a downgrade to where the database is runs nothing', () => {
  assert.equal(down('linear', ['003_third'], '003_third'), '');
  assert.equal(down('linear', ['003_third'], 'current'), '');
  assert.equal(down('fork', ['b1', 'c1'], 'current'), '');
  assert.equal(down('fork', [], 'current'), '');
  assert.equal(down('linear', [], 'base'), '');
});

test('a downgrade to what is not applied is an error that names both', () => {
  const wording = [/'003_third' is not a valid downgrade target from current revision 002_second/];
  const error = failsWith('USAGE', wording, () => down('linear', ['002_second'], '003_third'));
  assert.match(error.state ?? '', /unchanged/);
  failsWith('USAGE', [/from current revision base/], () => down('linear', [], '001_first'));
  failsWith('USAGE', [/'c1' is not a valid downgrade target/], () => down('fork', ['b1'], 'heads'));
});

test('a sign that points the other way is an error that names the other command', () => {
  assert.match(failsWith('USAGE', [/'-1'/], () => up('linear', ['002_second'], '-1')).next ?? '', /drydock downgrade/);
  assert.match(
    failsWith('USAGE', [/'left@-1'/], () => up('labels', ['b2'], 'left@-1')).next ?? '',
    /drydock downgrade/,
  );
  assert.match(failsWith('USAGE', [/'\+1'/], () => down('linear', ['002_second'], '+1')).next ?? '', /drydock upgrade/);
});

test('a downgrade never guesses between two heads', () => {
  failsWith('USAGE', [/'-1' is ambiguous.*b1, c1/], () => down('fork', ['b1', 'c1'], '-1'));
});

test('a database at a revision that no file has can be neither upgraded nor downgraded', () => {
  for (const plan of [planUpgrade, planDowngrade]) {
    failsWith('HISTORY', [/'999_future'/], () => plan(graphs.linear, ['999_future'], 'base'));
  }
});

test('the order is that of the ids, whatever the files are called and in whatever order they are read', () => {
  const lines = ['z1', 'a2 < z1', 'm3 < z1 & q1', 'q1', 'b4 < a2 m3'];
  const orders = [lines, lines.toReversed(), lines.toSorted()].map((some) =>
    shown(planUpgrade(graphOf(...some), [], 'heads')),
  );
  assert.deepEqual(orders, Array(3).fill('q1 z1 a2 m3 b4'));
});
