/** Every shell script, as shellcheck reads it. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../harness/files.ts';
import { run } from './docker.ts';

test('shellcheck has nothing to say about any script', async () => {
  const inFolders = ['ops', 'test', 'bench'].flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const scripts = ['.ci/run', 'entrypoint.sh', ...inFolders.filter((name) => name.endsWith('.sh'))];
  assert.ok(scripts.length > 7);
  assert.deepEqual(await run('shellcheck', scripts), { code: 0, stdout: '', stderr: '' });
});
