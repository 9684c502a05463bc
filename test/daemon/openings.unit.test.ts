/** When windows open, above all in the nights in which the clocks are changed. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { createTask } from 'node-cron';
import { openingsOf } from '../../src/config/occurrences.ts';

/** The first openings after an instant. */
function openings(cron: string, timeZone: string, after: string, count: number): string[] {
  const { after: next } = openingsOf(cron, timeZone);
  const found: string[] = [];
  for (let from = new Date(after); found.length < count; ) {
    const opening = next(from);
    if (opening === undefined) break;
    found.push(opening.toISOString().replace(':00.000Z', 'Z'));
    from = opening;
  }
  return found;
}

const berlin = 'Europe/Berlin';

test('a window at 02:30 opens once in each night of Berlin, also in those in which the clock is changed', () => {
  // The hour from 02:00 is skipped: it opens when the clock jumps to 03:00.
  assert.deepEqual(openings('30 2 * * *', berlin, '2026-03-27T12:00:00Z', 3), [
    '2026-03-28T01:30Z',
    '2026-03-29T01:00Z',
    '2026-03-30T00:30Z',
  ]);
  // The hour from 02:00 comes twice: it opens in the first one.
  assert.deepEqual(openings('30 2 * * *', berlin, '2026-10-23T12:00:00Z', 4), [
    '2026-10-24T00:30Z',
    '2026-10-25T00:30Z',
    '2026-10-26T01:30Z',
    '2026-10-27T01:30Z',
  ]);
});

test('a window that opens all day opens once for each time of day that the clock shows first', () => {
  assert.deepEqual(openings('*/30 * * * *', berlin, '2026-03-29T00:20:00Z', 4), [
    '2026-03-29T00:30Z',
    '2026-03-29T01:00Z',
    '2026-03-29T01:30Z',
    '2026-03-29T02:00Z',
  ]);
  assert.deepEqual(openings('*/30 * * * *', berlin, '2026-10-24T23:50:00Z', 4), [
    '2026-10-25T00:00Z',
    '2026-10-25T00:30Z',
    '2026-10-25T02:00Z',
    '2026-10-25T02:30Z',
  ]);
});

test('zones whose change is at midnight, or of half an hour, and a day that is rare', () => {
  // Midnight is skipped in Cairo on 24 April 2026.
  assert.deepEqual(openings('0 0 * * *', 'Africa/Cairo', '2026-04-23T12:00:00Z', 2), [
    '2026-04-23T22:00Z',
    '2026-04-24T21:00Z',
  ]);
  // Lord Howe Island goes from 02:00 to 02:30 on 4 October 2026.
  assert.deepEqual(openings('15 2 * * *', 'Australia/Lord_Howe', '2026-10-02T20:00:00Z', 2), [
    '2026-10-03T15:30Z',
    '2026-10-04T15:15Z',
  ]);
  assert.deepEqual(openings('0 4 29 2 1', 'UTC', '2026-01-01T00:00:00Z', 1), ['2044-02-29T04:00Z']);
});

test('the days are those that node-cron means', () => {
  for (const cron of [
    '15 4 * * *',
    '0 5 1,15 * *',
    '30 6 L * *',
    '0 7 * * 5L',
    '0 8 * * 1#2',
    '5 9 * jan-mar mon-fri',
    '@monthly',
    '0 3 15W * *',
  ]) {
    mock.timers.enable({ apis: ['Date'], now: new Date('2026-05-03T12:00:00Z') });
    const theirs = createTask(cron, () => undefined, { timezone: 'UTC' })
      .getNextRuns(5)
      .map((date) => date.toISOString().replace(':00.000Z', 'Z'));
    mock.timers.reset();
    assert.deepEqual(openings(cron, 'UTC', '2026-05-03T12:00:00Z', 5), theirs, cron);
  }
});

test('what passed between two instants is found from its end', () => {
  const { lastBetween } = openingsOf('30 2 * * *', berlin);
  const between = (from: string, to: string) => lastBetween(new Date(from), new Date(to))?.toISOString();
  assert.equal(between('2026-03-01T00:00:00Z', '2026-03-29T01:00:00Z'), '2026-03-29T01:00:00.000Z');
  assert.equal(between('2026-03-01T00:00:00Z', '2026-03-29T00:59:59Z'), '2026-03-28T01:30:00.000Z');
  assert.equal(between('2026-10-25T00:30:00Z', '2026-10-25T23:00:00Z'), undefined);
  assert.equal(between('2026-10-25T12:00:00Z', '2026-10-25T11:00:00Z'), undefined);
});

test('node-cron itself leaves the night out in which the hour is skipped, which is why the time of day is ours', () => {
  mock.timers.enable({ apis: ['Date'], now: new Date('2026-03-28T12:00:00Z') });
  const [next] = createTask('30 2 * * *', () => undefined, { timezone: berlin }).getNextRuns(1);
  mock.timers.reset();
  assert.equal(next?.toISOString(), '2026-03-30T00:30:00.000Z');
});
