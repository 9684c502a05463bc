/** The processes that work for a run: none is to be had, or one is killed. */
import { mkdirSync, utimesSync } from 'node:fs';
import { test } from 'node:test';
import { startDrydock } from '../harness/drydock.ts';
import { place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { killedInspectors, withoutProcesses } from './cases-processes-lost.ts';

withoutProcesses('default');

killedInspectors('default');

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`honest exit: ${signal} while another tool holds the lock directory is a stop`, async (t) => {
    const here = place(t);
    const lock = `${here.database}.lock`;
    mkdirSync(lock);
    const heartbeat = setInterval(() => utimesSync(lock, new Date(), new Date()), 100);
    t.after(() => clearInterval(heartbeat));
    const run = startDrydock(['upgrade'], { cwd: here.root });
    await run.logged(({ msg }) => msg?.startsWith('waiting') === true);
    run.process.kill(signal);
    assertRefusal(await run.finished, 23, new RegExp(`stopped by ${signal}`), /database is unchanged/);
  });
}
