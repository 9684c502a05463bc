import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { projectRoot, testFolder } from '../harness/files.ts';

const noShell = spawnSync('sqlite3', ['--version']).status !== 0;

test('the benchmark runs at a small size and writes its page', { skip: noShell && 'no sqlite3 here' }, async (t) => {
  const folder = testFolder(t);
  const page = join(folder, 'performance.md');
  const site = join(folder, 'site');
  const sizes = ['--megabytes', '2', '--small', '1', '--rounds', '1', '--starts', '2', '--peers', ''];
  const places = ['--directory', site, '--output', page, '--drydock', join(projectRoot, 'src', 'cli', 'main.ts')];
  await promisify(execFile)(process.execPath, [join(projectRoot, 'bench', 'main.ts'), ...sizes, ...places]);
  const text = readFileSync(page, 'utf8');
  assert.match(text, /^\| Drydock \| [\d.]+ \| \d+ ms \| \d+ ms \| [\d.]+ \| 1\.00 \|$/m);
  assert.match(text, /^\| Drydock \| [\d.]+ \|( \d+ \| 1\.00 \|){3}$/m);
  assert.match(readFileSync(join(folder, 'performance-peers.svg'), 'utf8'), /<polyline points="[\d., ]+"/);
  for (const mode of ['delete', 'wal']) {
    assert.match(text, new RegExp(`^\\| ${mode} \\| [\\d.]+ s \\|`, 'm'));
    assert.match(text, new RegExp(`^\\| 2 MB \\| ${mode} \\| [1-9]\\d* MB \\| [1-9]\\d* MB \\|$`, 'm'));
  }
  assert.doesNotMatch(text, /NaN|undefined/);
  assert.ok(!existsSync(site));
});
