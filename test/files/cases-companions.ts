/** Databases that are not whole, at every verb; and databases beside which a writer lives and dies, which are. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findMisfit } from '../../src/files/companions.ts';
import { integrity } from '../harness/dump.ts';
import { bothJournalModes, type JournalMode, testFolder } from '../harness/files.ts';
import { type Place, place } from '../harness/place.ts';
import { assertRefusal, assertSilentRefusal } from '../harness/refusal.ts';
import type { Part } from '../harness/scene.ts';
import { copyOf, filesOf, leaveHotJournal, leaveWal, losses } from './helpers-companions.ts';

const verbs: readonly (readonly string[])[] = [
  ['current'],
  ['history', '--indicate-current'],
  ['verify'],
  ['stats'],
  ['check'],
  ['plan'],
  ['rehearse'],
  ['upgrade'],
  ['upgrade', '--json'],
  ['downgrade', 'base', '--yes'],
  ['stamp', '001_items'],
  ['ensure-version'],
  ['snapshot', 'create'],
  ['snapshot', 'prune'],
  ['upgrade', '--sql'],
];

/** Each verb looks in one place of these: before it reads, before a run, before a script. */
const someVerbs = verbs.filter(([name = '']) => ['current', 'upgrade', 'snapshot'].includes(name));

export interface Left {
  readonly here: Place;
  /** A copy of the main file as it was beside its companion. */
  readonly rightFile: string;
}

/** The companion needs pages that the main file has. */
export async function left(t: TestContext, mode: JournalMode): Promise<Left> {
  const here = place(t, { mode });
  if (mode === 'wal') await leaveWal(here.database);
  else await leaveHotJournal(here.database, 'UPDATE items SET price = price + 1 WHERE id < 500');
  const rightFile = join(testFolder(t), 'right.db');
  copyFileSync(here.database, rightFile);
  return { here, rightFile };
}

export const suffixOf = { wal: '-wal', delete: '-journal' } as const;

/** Every loss in either mode at a few verbs; in the rest, one loss at every other verb. */
export function misfitTests(part: Part): void {
  for (const mode of bothJournalModes) {
    for (const loss of part === 'default' ? (['emptied', 'gone', 'cut short'] as const) : (['emptied'] as const)) {
      const tried = part === 'default' ? someVerbs : verbs.filter((verb) => !someVerbs.includes(verb));
      test(`no lost write: a database that is ${loss} beside its ${suffixOf[mode]} is refused by ${part === 'default' ? 'some verbs' : 'every verb'}, and both stay (${mode})`, async (t) => {
        const { here } = await left(t, mode);
        losses[loss](here.database);
        const before = filesOf(here.database);
        for (const verb of tried) {
          const refused = await here.run(verb);
          const assertIt = verb.includes('--json') ? assertRefusal : assertSilentRefusal;
          assertIt(refused, 13, new RegExp(`app\\.db${suffixOf[mode]}`), /Nothing was changed/i, /copy what is here/);
          assert.doesNotMatch(refused.error, /touch/);
          assert.deepEqual(filesOf(here.database), before, verb.join(' '));
        }
      });
    }
  }
}

/** Kills at random moments, with a look beside the living writer until then: what is sound is never refused. */
export function wildWriterTests(kills: number): void {
  for (const mode of bothJournalModes) {
    test(`honest exit: no database at which a writer works, or died at any moment, is taken for one that is not whole (${mode})`, async (t) => {
      const folder = testFolder(t);
      let [looks, beside] = [0, 0];
      for (let kill = 1; kill <= kills; kill += 1) {
        const pageSize = [512, 4096, 65_536][kill % 3] ?? 4096;
        const database = join(folder, `${pageSize}.db`);
        const writer = fork(wildWriter, [database, String(pageSize), mode], { execArgv: [] });
        await once(writer, 'message');
        const end = performance.now() + Math.random() * 400;
        while (performance.now() < end) {
          assert.equal(findMisfit(database), undefined, 'beside a writer');
          looks += 1;
          if (looks % 20 === 0) await setTimeout(1);
        }
        writer.kill('SIGKILL');
        await once(writer, 'exit');
        if (Object.keys(filesOf(database)).length > 1) beside += 1;
        assert.equal(findMisfit(database), undefined, `after kill ${kill} (${JSON.stringify(filesOf(database))})`);
        assert.equal(integrity(copyOf(database, join(folder, 'copy'))), 'ok');
      }
      assert.ok(beside > kills / 4, `only ${beside} of ${kills} kills left a companion`);
      assert.ok(looks > kills);
    });
  }
}

const wildWriter = fileURLToPath(new URL('../harness/wild-writer.ts', import.meta.url));
