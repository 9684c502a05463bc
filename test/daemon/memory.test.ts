/** What the daemon must know, written by two of them at the same moment: their windows open at the same minute. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openMemory } from '../../src/daemon/daemon-state.ts';
import { layoutFor } from '../../src/files/layout.ts';
import { createDatabase, testFolder } from '../harness/files.ts';

test('two daemons that write it down at once never see or leave a part of it', async (t) => {
  const database = join(testFolder(t), 'app.db');
  createDatabase(database, 'delete', 'CREATE TABLE t (a)');
  const writer = fileURLToPath(new URL('remember-often.ts', import.meta.url));
  const each = (task: string) => promisify(execFile)(process.execPath, [writer, database, task], { timeout: 60_000 });
  const ended = await Promise.all([each('one'), each('two')]);
  assert.deepEqual(
    ended.map(({ stdout }) => JSON.parse(stdout)),
    [[], []],
  );
  const layout = layoutFor({ database });
  assert.deepEqual(readdirSync(layout.work), ['daemon.json']);
  const unheard = (message: string) => assert.fail(message);
  assert.notDeepEqual(openMemory(layout, unheard).recall().succeeded, {});
});
