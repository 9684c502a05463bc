import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasWalResetBug } from '../../src/doctor/other-sqlite.ts';

test('the WAL-reset bug is in 3.7.0 to 3.51.2, and in neither of the two lines that were corrected too', () => {
  const versions = ['3.6.23', '3.7.0', '3.40.1', '3.44.5', '3.44.6', '3.45.0', '3.50.6', '3.50.7', '3.51.2', '3.51.3'];
  const later = ['3.52.0', '3.53.0', '3.100.0', '4.0.0', '2.8.17'];
  assert.deepEqual([...versions, ...later].filter(hasWalResetBug), [
    '3.7.0',
    '3.40.1',
    '3.44.5',
    '3.45.0',
    '3.50.6',
    '3.51.2',
  ]);
});
