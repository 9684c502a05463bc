/** The processes that work for a run: none is to be had, or one is killed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDrydock } from '../harness/drydock.ts';
import { contentAsLeft } from '../harness/dump.ts';
import { listed, placeWithSnapshot } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import type { Part } from '../harness/scene.ts';
import { faulting } from '../harness/strace.ts';
import { missingTools } from '../harness/tools.ts';

/** Some by default, the others in the rest. */
export function withoutProcesses(part: Part): void {
  for (const [code, says] of [
    ['EAGAIN', /No more processes could be started: spawn .*EAGAIN.*limit of processes/],
    ['ENOMEM', /There was not enough memory: spawn .*ENOMEM/],
  ] as const) {
    for (const command of ['upgrade', 'snapshot create', 'rehearse', 'snapshot restore latest']) {
      if ((code === 'EAGAIN' && command !== 'rehearse') !== (part === 'default')) continue;
      test(`honest exit: ${code} for each process that ${command} starts ends with 12`, {
        skip: missingTools(['strace']) ?? false,
      }, async (t) => {
        const here = await placeWithSnapshot(t);
        const before = contentAsLeft(here.database);
        const under = faulting(`clone,vfork,fork:error=${code}`);
        assertRefusal(await here.run(command.split(' '), { under }), 12, says, /database is unchanged/);
        assert.equal(contentAsLeft(here.database), before);
        assert.equal((await here.run(['upgrade'])).code, 0);
      });
    }
  }
}

/** Some by default, the others in the rest. */
export function killedInspectors(part: Part): void {
  for (const command of [
    'upgrade',
    'snapshot create',
    'rehearse',
    'snapshot verify latest',
    'snapshot restore latest',
  ]) {
    if ((command === 'upgrade' || command === 'snapshot restore latest') !== (part === 'default')) continue;
    test(`honest exit: a killed inspector of ${command} ends with 12, as a killed engine does`, async (t) => {
      const here = await placeWithSnapshot(t);
      // What a restore replaces is not checked when it is kept, and so is inspected when it is put back.
      if (command.startsWith('snapshot restore')) {
        assert.equal((await here.run(['upgrade'])).code, 0);
        assert.equal((await here.run(['snapshot', 'restore', 'latest', '--yes'])).code, 0);
      }
      const before = contentAsLeft(here.database);
      const unchecked = (await listed(here)).find(({ reason }) => reason === 'replaced');
      const args = unchecked === undefined ? command : command.replace('latest', unchecked.id);
      const run = startDrydock(args.split(' '), { cwd: here.root, pauseAt: 'inspector:measure' });
      process.kill(await run.reached(), 'SIGKILL');
      const killed = await run.finished;
      assertRefusal(killed, 12, /process that inspects \S+ ended early \(SIGKILL\)/, /not touched|unchanged|untouched/);
      assert.doesNotMatch(killed.error, /cannot be read|another one/);
      assert.equal(contentAsLeft(here.database), before);
      assert.equal((await here.run(['upgrade'])).code, 0);
    });
  }
}
