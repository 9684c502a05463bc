import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  describeAway,
  describeBytes,
  describeDuration,
  describeFirst,
  describeList,
  describeNumber,
  plural,
} from '../src/format.ts';

test('numbers have separators, and nouns agree with them', () => {
  assert.deepEqual([0, 999, 5_000, 1_234_567, -5_000, 0.123_456_7].map(describeNumber), [
    '0',
    '999',
    '5,000',
    '1,234,567',
    '-5,000',
    '0.123457',
  ]);
  assert.deepEqual(
    [0, 1, 2_000].map((count) => plural(count, 'row')),
    ['0 rows', '1 row', '2,000 rows'],
  );
  assert.equal(plural(2, 'row holds', 'rows hold'), '2 rows hold');
});

test('sizes are in the largest unit of 1024 bytes', () => {
  assert.deepEqual([0, 1_023, 1_024, 1_536, 5_000_000_000].map(describeBytes), [
    '0 B',
    '1023 B',
    '1 KB',
    '1.5 KB',
    '4.7 GB',
  ]);
});

test('lists end with a word, and long ones with how many are left', () => {
  assert.deepEqual(
    [[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((items) => describeList(items, 'or')),
    ['', 'a', 'a or b', 'a, b or c'],
  );
  assert.deepEqual(
    [1, 2, 3].map((most) => describeFirst(['a', 'b', 'c'], most)),
    ['a and 2 more', 'a, b and 1 more', 'a, b, c'],
  );
});

test('durations and distances read as people say them', () => {
  assert.deepEqual([0, 999, 4_240, 61_000, 7_500_000, 273_600_000, 172_800_000].map(describeDuration), [
    '0 ms',
    '999 ms',
    '4.2 s',
    '1 min 1 s',
    '2 h 5 min',
    '3 d 4 h',
    '2 d',
  ]);
  const now = new Date('2026-10-25T00:30:00Z');
  assert.equal(describeAway(new Date('2026-10-25T01:30:00Z'), now), 'in 1 h');
  assert.equal(describeAway(new Date('2026-10-25T00:29:00Z'), now), '1 min ago');
});
