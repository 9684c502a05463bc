/** Ctrl-C and systemd send their signal to all processes of a run, not to the first one alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { assertContent, assertDone, assertTidy, commandLine, stage, upgradeOfProduction } from '../harness/kill.ts';
import { assertRefusal } from '../harness/refusal.ts';

for (const { at, content } of [
  { at: 'engine:step:0', content: 'old' },
  { at: 'engine:before-commit', content: 'new' },
  { at: 'inspector:measure', content: 'old' },
] as const) {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`honest exit: ${signal} to all processes at ${at}`, async (t) => {
      const story = await stage(t, upgradeOfProduction, 'delete');
      const run = startDrydock(commandLine(story), { pauseAt: at });
      // The helper first, whose end the run would see before it hears of the signal.
      process.kill(await run.reached(), signal);
      run.process.kill(signal);
      await run.logged(({ msg }) => msg?.startsWith(`${signal} received`) === true);
      run.goOn();
      const ended = await run.finished;
      if (content === 'new') assertDone(ended);
      else assertRefusal(ended, 23, new RegExp(`stopped by ${signal}`), /database is unchanged/);
      assertContent(dumpWithVersion(story.database), story, content);
      assertTidy(story.database);
    });
  }
}

test('honest exit: an engine that is told to end before it can leave that to the run is a stop', async (t) => {
  const story = await stage(t, upgradeOfProduction, 'delete');
  const slowly = 'if (process.send !== undefined) await new Promise((resolve) => setTimeout(resolve, 60_000));';
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(slowly)}` };
  const run = startDrydock(commandLine(story), { env });
  process.kill(await run.enginePid(), 'SIGTERM');
  assertRefusal(await run.finished, 23, /stopped by SIGTERM/, /database is unchanged/);
  assert.equal(dumpWithVersion(story.database), story.old);
});
