/** Other processes that hold a lock of SQLite while a run wants to write: waited for, told of, and never run over. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { journalModes, sqlRevision } from '../harness/files.ts';
import { assertFailed, assertNothingLeft, assertUntouched, contentOf, query } from '../harness/scene.ts';
import { beside, stateSeenBy } from './helpers-writer-holds.ts';

describe('others that hold a lock', { concurrency: 2 }, () => {
  for (const mode of journalModes) {
    // In WAL mode the two are the same.
    for (const kind of mode === 'wal' ? ['IMMEDIATE'] : ['IMMEDIATE', 'EXCLUSIVE']) {
      test(`no lost write: a writer that holds the lock for three seconds is waited out (${mode}, ${kind})`, async (t) => {
        const { it, other } = await beside(t, mode);
        await other.run(`BEGIN ${kind}`);
        await other.run("INSERT INTO parent VALUES (999, 'of the writer')");

        const run = it.start(['upgrade']);
        const wait = await run.logged(({ waitedMs }) => Number(waitedMs) >= 3000);
        await other.run('COMMIT');
        const result = await run.finished;

        assert.equal(result.code, 0, result.stderr);
        assert.match(String(wait['waitingFor']), /database/);
        assert.match(String(wait['holder']), new RegExp(`pid ${other.process.pid} `));
        assert.deepEqual(query(it.database, 'SELECT * FROM parent WHERE id = 999'), [
          { id: 999, name: 'of the writer', age: 1 },
        ]);
        assertNothingLeft(it);
      });

      test(`honest exit: a writer that outlasts the busy timeout (${mode}, ${kind})`, async (t) => {
        const { it, other } = await beside(t, mode);
        const before = contentOf(it);
        await other.run(`BEGIN ${kind}`);

        const result = await it.run(['upgrade', '--busy-timeout', '1s']);

        assertFailed(result, 11, 'busy timeout of 1000 ms', `pid ${other.process.pid} `, '--busy-timeout');
        await other.run('ROLLBACK');
        assertUntouched(it, before);
        assert.equal((await it.run(['upgrade'])).code, 0);
      });
    }
  }

  test('no lost write: a reader in a long transaction does not hold a run up, and sees one state (wal)', async (t) => {
    const { it, other } = await beside(t, 'wal');
    await other.run('BEGIN');
    const before = await stateSeenBy(other);

    const result = await it.run(['upgrade', '--busy-timeout', '1s']);

    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(await stateSeenBy(other), before, 'the old state to the end of its transaction');
    await other.run('COMMIT');
    assert.deepEqual(await stateSeenBy(other), { version: '002', columns: ['id', 'name', 'age'] });
    assertNothingLeft(it);
  });

  test('all or nothing: a run that fails beside a reader in a long transaction (wal)', async (t) => {
    const { it, other } = await beside(t, 'wal');
    it.revision('003.sql', sqlRevision('003', '002', 'DELETE FROM child;\nINSERT INTO nowhere VALUES (1);'));
    const before = contentOf(it);
    await other.run('BEGIN');
    await stateSeenBy(other);

    assertFailed(await it.run(['upgrade']), 20, '003.sql:5');

    assertUntouched(it, before);
    await other.run('COMMIT');
    assertUntouched(it, before);
  });

  test('no lost write: the commit waits for a reader in a long transaction (delete)', async (t) => {
    const { it, other } = await beside(t, 'delete');
    await other.run('BEGIN');
    const before = await stateSeenBy(other);

    const run = it.start(['upgrade']);
    const wait = await run.logged(({ waitingFor }) => waitingFor === 'readers to let the commit through');
    assert.equal(wait.msg, 'waiting for readers to let the commit through');
    assert.deepEqual(await stateSeenBy(other), before);
    await other.run('COMMIT');
    const result = await run.finished;

    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(await stateSeenBy(other), { version: '002', columns: ['id', 'name', 'age'] });
    assertNothingLeft(it);
  });
});
