/** The volume goes down in the middle of a run, for good: XFS is shut down, and answers everything with an error from there on. */
import { test } from 'node:test';
import { bothJournalModes } from '../harness/files.ts';
import { assertContent, assertDone, powerSite } from './helpers-power.ts';
import { assertRefusal } from './helpers-refusal.ts';
import { needs, powerTools } from './helpers-volumes.ts';

const volumeIsGone = /EIO|disk I\/O error|malformed|unable to (get the page|open)|SQLITE_CANTOPEN/;

for (const mode of bothJournalModes) {
  for (const at of ['phase:hold', 'phase:pending', 'engine:copied', 'phase:inspect', 'engine:step:2', 'phase:check']) {
    test(
      `honest exit: a volume that goes down at ${at} is told of with 12, and the next start goes on (${mode})`,
      needs(...powerTools, 'mkfs.xfs'),
      async (t) => {
        const site = await powerSite(t, 'xfs', mode);
        const running = site.start(['upgrade'], at);
        await running.reached();
        await site.volume.cutPower(async () => {
          running.goOn();
          assertRefusal(await running.finished, 12, volumeIsGone);
        });
        assertContent(site, site.old);
        assertDone(await site.run(['upgrade']));
        assertContent(site, site.new);
      },
    );
  }
}
