/** A relative target, of a run that is killed between its commit and the end of its process, and is called again. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDrydock } from '../harness/drydock.ts';
import { versions } from '../harness/dump.ts';
import { sqlRevision } from '../harness/files.ts';
import { killAt } from '../harness/kill.ts';
import { place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { relativeTests, revisions } from './cases-relative-told.ts';

relativeTests('rest');

for (const [command, start, end] of [
  ['downgrade -1', 'a', []],
  ['upgrade +1', 'c', ['d']],
] as const) {
  test(`honest exit: ${command} that leads to the last place there is, killed and called again`, async (t) => {
    const here = place(t, { sql: 'SELECT 1;', revisions });
    assert.equal((await here.run(['upgrade', start])).code, 0);
    await killAt([...command.split(' '), '--config', `${here.root}/config/drydock.yaml`], 'run:untold', 'supervisor');
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const again = await here.run(command.split(' '));
      assert.equal(again.code, attempt === 0 ? 0 : 2, again.stderr);
      assert.deepEqual(versions(here.database), end);
    }
  });
}

test('honest exit: another target than that of the killed run is counted from where it has led', async (t) => {
  const here = place(t, { sql: 'SELECT 1;', revisions });
  assert.equal((await here.run(['upgrade'])).code, 0);
  const config = ['--config', `${here.root}/config/drydock.yaml`];
  await killAt(['downgrade', '-1', ...config], 'run:untold', 'supervisor');
  assert.equal((await here.run(['downgrade', '-2'])).code, 0);
  assert.deepEqual(versions(here.database), ['a']);
});

test('honest exit: two steps that were asked for twice and told of are two', async (t) => {
  const here = place(t, { sql: 'SELECT 1;', revisions });
  assert.equal((await here.run(['upgrade'])).code, 0);
  for (const expected of ['c', 'b', 'a']) {
    assert.equal((await here.run(['downgrade', '-1'])).code, 0);
    assert.deepEqual(versions(here.database), [expected]);
  }
});

test('one at a time: a step that was asked for before another one had ended is a step of its own', async (t) => {
  const here = place(t, { sql: 'SELECT 1;', revisions });
  assert.equal((await here.run(['upgrade'])).code, 0);
  const first = startDrydock(['downgrade', '-1', '--yes'], { cwd: here.root, pauseAt: 'phase:snapshot' });
  await first.reached();
  const second = startDrydock(['downgrade', '-1', '--yes'], { cwd: here.root });
  await second.logged(({ msg }) => msg?.startsWith('waiting') === true);
  first.goOn();
  for (const run of [first, second]) assert.equal((await run.finished).code, 0);
  assert.deepEqual(versions(here.database), ['b']);
});

test('honest exit: what is left of a step whose maintenance failed is done without another step', async (t) => {
  const vacuum = sqlRevision('b', 'a', 'VACUUM;', '', '-- transaction: false');
  const here = place(t, { sql: 'SELECT 1;', revisions: { ...revisions, 'b.sql': vacuum } });
  assert.equal((await here.run(['upgrade', 'a'])).code, 0);
  const run = startDrydock(['upgrade', '+1'], { cwd: here.root, pauseAt: 'engine:maintain' });
  await run.reached();
  run.process.kill('SIGTERM');
  assertRefusal(await run.finished, 23, /Run the same command again/);
  assert.equal((await here.run(['upgrade', '+1'])).code, 0);
  assert.deepEqual(versions(here.database), ['b']);
});
