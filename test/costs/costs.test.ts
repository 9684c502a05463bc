import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Project, writeProject } from '../../bench/project.ts';
import { testFolder } from '../harness/files.ts';
import { installation } from '../harness/installation.ts';
import { needsTools } from '../harness/tools.ts';
import { requireWithin } from './budget.ts';
import { costsOf, syncsOf } from './measure.ts';

const [few, many] = [5, 50];

test('what a start costs', async (t) => {
  const installed = await installation(t);
  /** Nothing pending comes after the first of them. */
  const starts = async (measure: typeof costsOf) => {
    const { folder, flags } = trivial(join(testFolder(t), 'project'), few);
    const upgrade = ['upgrade', ...flags];
    const ofFew = await measure(installed, folder, upgrade);
    const ofNothing = await measure(installed, folder, upgrade);
    trivial(folder, many);
    const ofMany = await measure(installed, folder, upgrade);
    requireWithin('upgrade with nothing pending', ofNothing);
    requireWithin('upgrade with 5 revisions', ofFew);
    requireWithin('upgrade with 50 revisions', ofMany);
    return { ofFew, ofMany };
  };

  await t.test('is what it was in processes, code and statements, and as much for each revision', async () => {
    const { ofFew, ofMany } = await starts(costsOf);
    for (const [name, { count, what }] of Object.entries(ofMany)) {
      const before = ofFew[name] ?? { count: 0, what: [] };
      if (name === 'SQL statements')
        assert.equal((count - before.count) % (many - few), 0, 'the same for each revision');
      else if (name !== 'threads') assert.deepEqual(withoutLifeline(what), withoutLifeline(before.what), name);
    }
  });

  await t.test('is what it was in waits for the disk', needsTools('strace'), async () => {
    await starts(syncsOf);
  });
});

/**
 * The engine of so short a run may be ended before its thread has come to say that it is there; and of two processes that
 * start side by side either may be the first.
 */
function withoutLifeline(what: readonly string[]): readonly string[] {
  return what.filter((one) => !one.startsWith('parent-watchdog')).toSorted();
}

function trivial(folder: string, revisions: number): Project {
  return writeProject(folder, revisions, (number) => `CREATE TABLE t${number} (id INTEGER PRIMARY KEY);`);
}
