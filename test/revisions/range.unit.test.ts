import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectRange, speaksOfCurrent } from '../../src/revisions/graph/range.ts';
import { failsWith, graphs } from './helpers.ts';

type GraphName = keyof typeof graphs;

test('a range is what lies from its start to its end, both included', () => {
  const cases: [graph: GraphName, range: string, current: string[], ids: string][] = [
    ['linear', ':', [], '001_first 002_second 003_third 0031_fix'],
    ['linear', 'base:head', [], '001_first 002_second 003_third 0031_fix'],
    ['linear', '002:003_third', [], '002_second 003_third'],
    ['linear', '002:', [], '002_second 003_third 0031_fix'],
    ['linear', ':002', [], '001_first 002_second'],
    ['linear', '-1:', [], '003_third 0031_fix'],
    ['linear', '-9:', [], '001_first 002_second 003_third 0031_fix'],
    ['linear', '-1:current', ['002_second'], '001_first 002_second'],
    ['linear', 'current:+1', ['002_second'], '002_second 003_third'],
    ['linear', ':+2', [], '001_first 002_second'],
    ['linear', '002:+9', [], '002_second 003_third 0031_fix'],
    ['linear', 'current:', ['003_third'], '003_third 0031_fix'],
    ['linear', ':current', [], ''],
    ['fork', 'a1:b1', [], 'a1 b1'],
    ['fork', 'b1:', [], 'b1'],
    ['fork', '-1:', [], 'a1 b1 c1'],
    ['merge', 'b1:m1', [], 'b1 m1'],
    ['merge', 'a1:', [], 'a1 b1 c1 m1'],
    ['labels', 'left@base:', [], 'a1 b1 b2'],
    ['labels', 'right@base:right@head', [], 'a1 c1 c2 c3'],
    ['labels', 'right@-1:', [], 'c2 c3'],
    ['depends', 'x1:x3', [], 'x1 x2 x3'],
    ['depends', ':x2', [], 'a1 a2 x1 x2'],
  ];
  for (const [graph, range, current, ids] of cases) {
    const found = selectRange(graphs[graph], range, current).map(({ id }) => id);
    assert.equal(found.join(' '), ids, `${graph}: ${range}`);
  }
});

test('a range that is none, or goes from one branch to another, is an error', () => {
  for (const range of ['002', '', 'a:b:c']) {
    failsWith('USAGE', [/is not a range: a history range is \[start\]:\[end\]/], () =>
      selectRange(graphs.linear, range, []),
    );
  }
  failsWith('USAGE', [/Requested range b1:c1 does not refer to/], () => selectRange(graphs.fork, 'b1:c1', []));
  failsWith('USAGE', [/Requested range 003_third:001/], () => selectRange(graphs.linear, '003_third:001', []));
  failsWith('USAGE', [/Can't locate/], () => selectRange(graphs.linear, 'x:', []));
});

test('only a range that starts from where the database is needs the database', () => {
  for (const range of ['current:', ':current', '+1:', ':-1', 'current:+1', '-1:current']) {
    assert.ok(speaksOfCurrent(range), range);
  }
  for (const range of [':', '-2:', ':+2', 'a1:b1', '-2:b1', 'left@base:']) assert.ok(!speaksOfCurrent(range), range);
});
