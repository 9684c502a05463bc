import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HistoryRow } from '../../src/revisions/applied-tables.ts';
import { checksum } from '../../src/revisions/files/checksum.ts';
import { editedError, editedRevisions } from '../../src/revisions/files/edited.ts';
import { buildGraph } from '../../src/revisions/graph/graph.ts';
import { failsWith, revisionOf } from './helpers.ts';

// The file of each revision has the checksum of its id.
const graph = buildGraph([revisionOf('a1'), revisionOf('b1', 'a1'), revisionOf('c1', 'b1')]);
const before = checksum('before the edit');

function ran(direction: HistoryRow['direction'], revision: string, recorded: string): HistoryRow {
  return {
    id: 1,
    runId: 'run-1',
    revision,
    direction,
    checksum: recorded,
    startedAt: '2026-08-23T12:00:00.000Z',
    durationMs: 1,
    snapshot: null,
    toolVersion: '0.1.0',
    result: 'done',
  };
}

const edited = (current: string[], history: HistoryRow[]) =>
  editedRevisions(graph, current, history).map(({ revision, recorded }) => [revision.id, recorded]);

test('an applied revision whose file has another checksum now is edited', () => {
  const history = [ran('up', 'a1', before), ran('up', 'b1', checksum('b1'))];
  assert.deepEqual(edited(['b1'], history), [['a1', before]]);
});

test('a revision that is not applied may be edited', () => {
  assert.deepEqual(edited(['b1'], [ran('up', 'c1', before), ran('down', 'c1', before)]), []);
});

test('the latest record counts: a stamp, or another upgrade, accepts the file as it is', () => {
  assert.deepEqual(edited(['a1'], [ran('up', 'a1', before), ran('stamp', 'a1', checksum('a1'))]), []);
  const again = [ran('up', 'a1', before), ran('down', 'a1', before), ran('up', 'a1', checksum('a1'))];
  assert.deepEqual(edited(['a1'], again), []);
  assert.deepEqual(edited(['a1'], [...again, ran('stamp', 'a1', before)]), [['a1', before]]);
});

test('a downgrade accepts nothing', () => {
  assert.deepEqual(edited(['a1'], [ran('up', 'a1', checksum('a1')), ran('down', 'a1', before)]), []);
});

test('a revision that Alembic applied has no record, and passes', () => {
  assert.deepEqual(edited(['c1'], []), []);
});

test('a database at a revision that no file has is refused first', () => {
  failsWith('HISTORY', [/'x9'/], () => edited(['x9'], []));
});

test('the error names every edited file and each way out', () => {
  const error = editedError(editedRevisions(graph, ['b1'], [ran('up', 'a1', before), ran('up', 'b1', before)]), ['b1']);
  assert.equal(error.code, 'HISTORY');
  assert.match(error.what, /\/migrations\/a1\.sql, \/migrations\/b1\.sql were edited/);
  assert.match(error.next ?? '', /back.*new revision.*drydock stamp current/);
});

test('of a compiled module the error says what to ship', () => {
  const compiled = buildGraph([{ ...revisionOf('a1'), path: '/migrations/a1.js' }, revisionOf('b1', 'a1')]);
  const error = editedError(editedRevisions(compiled, ['b1'], [ran('up', 'a1', before)]), ['b1']);
  assert.match(error.next ?? '', /^If it was compiled from a \.ts revision, ship the \.ts file as it is/);
});
