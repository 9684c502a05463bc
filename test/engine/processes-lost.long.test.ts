/** The processes that work for a run: none is to be had, or one is killed. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { contentAsLeft } from '../harness/dump.ts';
import { place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { killedInspectors, withoutProcesses } from './cases-processes-lost.ts';

killedInspectors('rest');

withoutProcesses('rest');

describe('limits of open files', { concurrency: 2 }, () => {
  for (const limit of [25, 27, 29, 31]) {
    test(`honest exit: no process to be had with ${limit} open files is told of in one sentence`, async (t) => {
      const here = place(t);
      const before = contentAsLeft(here.database);
      const under = ['bash', '-c', `ulimit -n ${limit}; exec "$@"`, 'limited'];
      for (const command of ['upgrade', 'snapshot create']) {
        const ended = await here.run(command.split(' '), { under });
        // If there are enough after all, it does what it was asked.
        if (ended.code !== 0)
          assertRefusal(ended, 12, /ulimit -n|unable to open database file/, /nchanged|Nothing was changed/);
        else if (command === 'upgrade') return;
      }
      assert.equal(contentAsLeft(here.database), before);
    });
  }
});
