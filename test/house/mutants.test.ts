/** A mutant whose line was edited away guards nothing, and nobody would notice before the next run of them all. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mutants } from '../../torture/mutants.ts';
import { projectRoot } from '../harness/files.ts';

test('each line that a mutant takes out stands once in its file, and each test that it names is there', () => {
  for (const { name, tests, also, ...change } of mutants) {
    for (const { file, line } of [change, ...(also === undefined ? [] : [also])]) {
      const places = readFileSync(join(projectRoot, file), 'utf8').split(line).length - 1;
      assert.equal(places, 1, `${name}: ${file}`);
    }
    for (const path of tests) assert.notDeepEqual(globSync(path, { cwd: projectRoot }), [], `${name}: ${path}`);
  }
});
