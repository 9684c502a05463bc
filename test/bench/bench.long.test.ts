import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { projectRoot, testFolder } from '../harness/files.ts';
import { needsTools } from '../harness/tools.ts';

test(
  'the benchmark runs at a small size, writes its page, and measures a part again',
  needsTools('sqlite3'),
  async (t) => {
    const folder = testFolder(t);
    const page = join(folder, 'performance.md');
    const site = join(folder, 'site');
    const places = ['--directory', site, '--output', page, '--drydock', join(projectRoot, 'src', 'cli', 'main.ts')];
    const run = (...options: readonly string[]) =>
      promisify(execFile)(process.execPath, [join(projectRoot, 'bench', 'main.ts'), ...places, ...options]);
    const growth = ['--sizes', '1', '--revisions', '1,3', '--tables', '1,3'];
    await run('--rounds', '1', '--starts', '2', '--peers', '', '--megabytes', '2', ...growth);

    const text = readFileSync(page, 'utf8');
    assert.match(text, /^\| Drydock \| [\d.]+ \| \d+ ms \| \d+ ms \| [\d.]+ \| 1\.00 \|$/m);
    assert.match(text, /^\| Drydock \| [\d.]+ \|( \d+ \| 1\.00 \|){3}$/m);
    for (const mode of ['delete', 'wal']) {
      for (const job of ['add a column', 'add a column, fill it, index it', 'rebuild the table in SQL'])
        assert.match(
          text,
          new RegExp(`^\\| ${job} \\| ${mode} \\| 2 MB \\| [\\d.]+ s \\| [\\d.]+ s \\| [\\d.]+ \\|`, 'm'),
        );
      assert.match(
        text,
        new RegExp(`^\\| [^|]+\\| ${mode} \\| 2 MB \\| [1-9]\\d* MB \\| met \\| [1-9]\\d* MB \\|$`, 'm'),
      );
      assert.match(text, new RegExp(`^\\| ${mode} \\| 2 MB \\| [\\d.]+ s \\| [\\d.]+ s \\|`, 'm'));
    }
    assert.doesNotMatch(text, /NaN|undefined/);
    for (const plot of ['peers', 'size', 'revisions', 'tables'])
      assert.match(readFileSync(join(folder, `performance-${plot}.svg`), 'utf8'), /<polyline points="[\d., ]+"/);
    assert.ok(!existsSync(join(site, 'live')));

    const before = JSON.parse(readFileSync(join(folder, 'performance.json'), 'utf8'));
    await run('--only', 'restore', '--modes', 'wal', '--megabytes', '2', '--rounds', '2');
    const after = JSON.parse(readFileSync(join(folder, 'performance.json'), 'utf8'));
    const rounds = after.restore.map((cell: { figures: { mode: string; drydock: number[] } }) => [
      cell.figures.mode,
      cell.figures.drydock.length,
    ]);
    assert.deepEqual(rounds.sort(), [
      ['delete', 1],
      ['wal', 2],
    ]);
    assert.deepEqual({ ...after, restore: [] }, { ...before, restore: [] });
  },
);
