/** One word for one thing, and its plural for two: a count is written by `plural`, which knows. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../harness/files.ts';

const things = `attempt byte check column constraint day difference error file finding hour index key line minute
  page place problem process revision row run second snapshot statement statistic step table thread time trigger value view
  warning`.split(/\s+/);
/** `${count} rows`, with any expression but a call of `plural`; and `${count} row(s)`. */
const byHand = new RegExp(`\\$\\{(?!plural\\()[^{}]*\\} (?:(?:more|other) )?(?:${things.join('|')})(?:e?s\\b|\\(s\\))`);
/** Of a bug, or no count. */
const noCount = /invariant\(|of \$\{their\}/;

test('no count is put before a plural by hand', () => {
  const files = globSync(['src/**/*.ts', 'torture/*.ts'], { cwd: projectRoot });
  const found = files.flatMap((file) =>
    readFileSync(join(projectRoot, file), 'utf8')
      .split('\n')
      .flatMap((line, at) => (byHand.test(line) && !noCount.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
  );
  assert.deepEqual(found, []);
});
