import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderTable } from '../../src/report/text-table.ts';

test('a table is aligned alike whether its cells are plain or not', () => {
  const head = ['REVISION', '', 'MS'];
  const rows = [
    ['a', 'up', '1'],
    ['a long name', 'down', '12345'],
    ['', '', ''],
  ];
  const plain = renderTable(head, rows, [2]);
  // An é is no wider than an e: the line is taken off again, and the others must stand where they stood.
  const other = renderTable(head, [...rows, ['é', 'up', '1']], [2]);
  assert.equal(plain, other.split('\n').slice(0, -1).join('\n'));
  assert.equal(
    plain,
    ['REVISION              MS', 'a            up        1', 'a long name  down  12345', ''].join('\n'),
  );
});
