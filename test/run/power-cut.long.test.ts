/** Power cuts in WAL mode and on xfs, and at moments that nobody chose: whatever was reported before the cut is there after it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { dumpWithVersion } from '../harness/dump.ts';
import { bothJournalModes } from '../harness/files.ts';
import { needs, type PowerVolumeKind, powerTools } from '../harness/volumes.ts';
import { powerCuts } from './cases-power-cut.ts';
import { assertContent, assertDone, assertSnapshot, endAtOnce, powerSite } from './helpers-power.ts';

const cutsEach = 25;

powerCuts('xfs', bothJournalModes);
powerCuts('ext4', ['wal']);

for (const kind of ['ext4', 'xfs'] satisfies PowerVolumeKind[]) {
  for (const mode of bothJournalModes) {
    const options = needs(...powerTools, `mkfs.${kind}`);
    test(
      `all or nothing: ${cutsEach} power cuts at random moments of an upgrade (${mode}, ${kind})`,
      options,
      async (t) => {
        let longest = 2000;
        for (let cut = 1; cut <= cutsEach; cut++) {
          const delay = Math.round(Math.random() * longest);
          await t.test(`cut ${cut}, ${delay} ms after the start`, async (t) => {
            const site = await powerSite(t, kind, mode);
            const running = site.start(['upgrade'], 'none');
            const started = performance.now();
            const ended = await Promise.race([running.finished, setTimeout(delay)]);
            if (ended !== undefined) longest = Math.round(performance.now() - started);
            const reported = await endedReport(running, site);

            if (reported.committed)
              assert.equal(dumpWithVersion(site.database), site.new, 'what was committed is there');
            else assert.ok([site.old, site.new].includes(dumpWithVersion(site.database)), 'the old state or the new');
            if (reported.snapshot !== undefined)
              await assertSnapshot(site, reported.snapshot.id, reported.snapshot.sha256);
            assertDone(await site.run(['upgrade']));
            assertContent(site, site.new);
          });
        }
      },
    );
  }
}

type Site = Awaited<ReturnType<typeof powerSite>>;

/** Cuts the power and says what the run had said by then: that its snapshot is done, that it has committed. */
async function endedReport(running: ReturnType<Site['start']>, site: Site) {
  await site.volume.cutPower(() => endAtOnce(running));
  const { log } = await running.finished;
  const inspected = log.find(({ msg }) => msg === 'inspect');
  return {
    committed: log.some(({ msg }) => msg === 'commit'),
    snapshot:
      inspected === undefined ? undefined : { id: String(inspected['snapshot']), sha256: String(inspected['sha256']) },
  };
}
