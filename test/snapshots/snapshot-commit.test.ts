/** A snapshot of a database in WAL mode leaves that mode with a commit of its own, which can fail like any other. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createDatabase, projectRoot, testFolder } from '../harness/files.ts';
import { faulted } from '../harness/strace.ts';
import { needsTools } from '../harness/tools.ts';

const copies = join(projectRoot, 'src', 'engine', 'copies.ts');

test('a proven way back: a copy that could not leave WAL mode is no snapshot', needsTools('strace'), (t) => {
  const path = join(testFolder(t), 'copy.db');
  createDatabase(path, 'wal', 'CREATE TABLE t (a); INSERT INTO t VALUES (1);');
  const script = `import { setJournalModeOfCopy } from '${copies}'; setJournalModeOfCopy('${path}', 'delete');`;
  // Of its commit.
  const ended = spawnSync('strace', faulted(script, path, 'fsync:error=EIO'), { encoding: 'utf8' });

  const versions = readFileSync(path).subarray(18, 20);
  assert.deepEqual([...versions], [2, 2], 'the commit failed');
  assert.notEqual(ended.status, 0);
  assert.match(ended.stderr, /SqliteError: disk I\/O error/);
});
