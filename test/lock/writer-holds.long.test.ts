/** Other processes that hold a lock of SQLite while a run wants to write: waited for, told of, and never run over. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertFailed, assertNothingLeft, assertUntouched, contentOf } from '../harness/scene.ts';
import { beside, stateSeenBy } from './helpers-writer-holds.ts';

describe('others that hold a lock', { concurrency: 2 }, () => {
  test('honest exit: SIGTERM while a reader holds the commit up', async (t) => {
    const { it, other } = await beside(t, 'delete');
    const before = contentOf(it);
    await other.run('BEGIN');
    await other.run('SELECT count(*) FROM parent');

    const run = it.start(['upgrade']);
    await run.logged(({ waitingFor }) => waitingFor === 'readers to let the commit through');
    run.process.kill('SIGTERM');
    const result = await run.finished;

    assertFailed(result, 23, 'SIGTERM', 'The database is unchanged', 'Run again');
    await other.run('COMMIT');
    assertUntouched(it, before);
    assert.equal((await it.run(['upgrade'])).code, 0);
  });

  test('all or nothing: a reader that outlasts the busy timeout at the commit (delete)', async (t) => {
    const { it, other } = await beside(t, 'delete');
    const before = contentOf(it);
    await other.run('BEGIN');
    const seen = await stateSeenBy(other);

    const result = await it.run(['upgrade', '--busy-timeout', '1s']);

    assertFailed(result, 11, 'busy timeout of 1000 ms', 'database is unchanged');
    // While the reader is still there: nothing is left that only a later start could put right.
    assertNothingLeft(it);
    assert.equal(contentOf(it), before);
    assert.deepEqual(await stateSeenBy(other), seen);
    await other.run('COMMIT');
    assertUntouched(it, before);
    assert.equal((await it.run(['upgrade'])).code, 0);
  });
});
