/** A relative target, of a run that is killed between its commit and the end of its process, and is called again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { versions } from '../harness/dump.ts';
import { killAt } from '../harness/kill.ts';
import { place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { relativeTests, revisions } from './cases-relative-told.ts';

relativeTests('default');

test('all or nothing: a step that was killed before its commit is taken when it is called again', async (t) => {
  const here = place(t, { sql: 'SELECT 1;', revisions });
  assert.equal((await here.run(['upgrade'])).code, 0);
  const config = ['--config', `${here.root}/config/drydock.yaml`];
  await killAt(['downgrade', '-1', ...config], 'engine:before-commit', 'both');
  const refused = await here.run(['downgrade', '-1']);
  assertRefusal(refused, 2, /Run again/);
  assert.equal((await here.run(['downgrade', '-1'])).code, 0);
  assert.deepEqual(versions(here.database), ['c']);
});
