/** The volume goes down in the middle of a run, for good: XFS is shut down, and answers everything with an error from there on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { type Part, partOf } from '../harness/scene.ts';
import { needs, powerTools } from '../harness/volumes.ts';
import { assertContent, assertDone, powerSite } from './helpers-power.ts';

const volumeIsGone = /EIO|disk I\/O error|malformed|unable to (get the page|open)|SQLITE_CANTOPEN/;

/** Where an upgrade, and a restore of what was before it, stands when the volume goes. */
const scenes = [
  {
    command: 'upgrade',
    code: 12,
    left: 'old',
    places: ['phase:hold', 'phase:pending', 'engine:copied', 'phase:inspect', 'engine:step:2', 'phase:check'],
  },
  { command: 'upgrade', code: 1, left: 'old', places: ['engine:before-commit'] },
  { command: 'upgrade', code: 1, left: 'new', places: ['engine:after-commit', 'phase:verify'] },
  { command: 'snapshot restore latest --yes', code: 12, left: 'new', places: ['phase:inspect', 'engine:copied'] },
  { command: 'snapshot restore latest --yes', code: 30, left: 'new', places: ['engine:before-replace'] },
  { command: 'snapshot restore latest --yes', code: 30, left: 'either', places: ['engine:replaced'] },
] as const;

const attacks = scenes.flatMap(({ places, ...scene }) => places.map((at) => ({ ...scene, at })));

/** By default the places where another answer is due, each in one of the modes; in the rest the others. */
const quick = [
  'upgrade phase:hold',
  'upgrade engine:step:2',
  'upgrade engine:before-commit',
  'upgrade engine:after-commit',
  'snapshot restore latest --yes engine:before-replace',
];

export function volumeTests(part: Part): void {
  for (const [index, { command, at, code, left }] of attacks.entries()) {
    for (const mode of partOf(quick.includes(`${command} ${at}`), part, index)) {
      test(
        `honest exit: a volume that goes down at ${at} of ${command} is told of with ${code}, and the next start goes on (${mode})`,
        needs(...powerTools, 'mkfs.xfs'),
        async (t) => {
          const site = await powerSite(t, 'xfs', mode);
          if (command !== 'upgrade') {
            assertDone(await site.run(['upgrade']));
            site.volume.settle();
          }
          const running = site.start(command.split(' '), at);
          await running.reached();
          await site.volume.cutPower(async () => {
            running.goOn();
            const result = await running.finished;
            assertRefusal(result, code, volumeIsGone);
            assert.doesNotMatch(result.error, /Unexpected|unexpected/);
          });
          if (left !== 'either') assertContent(site, site[left]);
          else assert.ok([site.old, site.new].includes(dumpWithVersion(site.database)));
          assertDone(await site.run(['upgrade']));
          assertContent(site, site.new);
        },
      );
    }
  }
}
