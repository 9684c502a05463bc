import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunRecord } from '../../src/records/run-record.ts';
import { storyOf } from '../../src/report/run-story.ts';
import { aRecord } from '../records/a-record.ts';

const step: RunRecord['steps'][number] = {
  id: 'a1',
  direction: 'up',
  startedAt: '2026-11-22T20:26:49.000Z',
  durationMs: 1,
  statements: 1,
  path: '/srv/a1.sql',
  failed: false,
  sql: [],
  sqlLeftOut: 0,
};

const failed: RunRecord['ending'] = {
  outcome: 'failed',
  exitCode: 21,
  code: 'CHECK_FAILED',
  sentence: 'A check failed',
  state: 'The database is unchanged',
  next: null,
};

/** The titles that say what became of the revisions, and the names of the facts. */
function toldOf(parts: Partial<RunRecord>): readonly string[] {
  const { sections } = storyOf(aRecord({ steps: [step], ...parts }));
  const facts = sections
    .flatMap(({ blocks }) => blocks)
    .flatMap((block) => (block.kind === 'facts' ? block.pairs : []));
  const titles = sections.map(({ title }) => title).filter((title) => title.startsWith('Revisions'));
  return [...titles, ...facts.map(([name]) => name).filter((name) => /Intended|Rehearsed/.test(name))];
}

test('a report says whether what ran is there, was undone, or was on a copy', () => {
  assert.deepEqual(toldOf({}), ['Revisions']);
  assert.deepEqual(toldOf({ ending: failed, to: [] }), ['Revisions, undone', 'Intended']);
  assert.deepEqual(toldOf({ ending: failed, to: null }), ['Revisions', 'Intended']);
  assert.deepEqual(toldOf({ ending: failed }), ['Revisions'], 'it stayed committed');
  assert.deepEqual(toldOf({ command: 'rehearse', to: [] }), ['Revisions, on the copy', 'Rehearsed up to']);
});
