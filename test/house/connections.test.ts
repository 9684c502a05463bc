import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../harness/files.ts';

/** The lock between runs is a database of Drydock's own. */
const allowed = ['engine/open-database.ts', 'lock/runner-lock.ts'];

test('what sqlite_extensions brings reaches every connection: one place opens them', () => {
  const src = join(projectRoot, 'src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const opening = files.filter((name) => /\bnew Database\(/.test(readFileSync(join(src, name), 'utf8')));
  assert.deepEqual(opening.toSorted(), allowed);
});
