/** Every shell script, as shellcheck reads it. */
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../harness/files.ts';
import { run } from './docker.ts';

test('shellcheck has nothing to say about any script', async () => {
  const folders = readdirSync(projectRoot).filter((name) => !name.startsWith('.') && name !== 'node_modules');
  const files = folders.flatMap((folder) =>
    statSync(join(projectRoot, folder)).isDirectory()
      ? readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
      : [folder],
  );
  const scripts = ['.ci/run', ...files.filter((name) => name.endsWith('.sh'))];
  assert.ok(scripts.length > 7);
  assert.deepEqual(await run('shellcheck', scripts), { code: 0, stdout: '', stderr: '' });
});
