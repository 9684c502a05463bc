/** What the quick and the long tests of this subject share. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { dumpWithVersion, integrity } from '../harness/dump.ts';
import type { JournalMode } from '../harness/files.ts';
import { type Full, fullPlace } from '../harness/full-volume.ts';
import { assertRefusal } from '../harness/refusal.ts';
import type { Part } from '../harness/scene.ts';
import { needs } from '../harness/volumes.ts';

export const options = needs('mount', 'umount');

/** With space again: what is in the database is the old content, and an upgrade brings it to the new. */
export async function assertOldThenUpgradable({ here, volume, old }: Full): Promise<void> {
  volume.free();
  assert.equal(dumpWithVersion(here.database), old);
  assert.equal(integrity(here.database), 'ok');
  const next = await here.run(['upgrade']);
  assert.equal(next.code, 0, next.stderr);
  assert.notEqual(dumpWithVersion(here.database), old);
  assert.equal(integrity(here.database), 'ok');
  assert.equal((await here.run(['snapshot', 'verify', 'latest'])).code, 0);
}

// In WAL mode the snapshot is named beside the revisions: it must have its name, or the disk is full for that first.
const moments: readonly { when: string; pauseAt: string; code: number; afterInspect?: true; quick?: true }[] = [
  { when: 'while the snapshot is copied', pauseAt: 'phase:snapshot', code: 12 },
  { when: 'while the snapshot is named', pauseAt: 'phase:inspect', code: 12 },
  { when: 'before the first revision', pauseAt: 'engine:step:0', code: 20, afterInspect: true, quick: true },
  { when: 'before the checks', pauseAt: 'phase:check', code: 12 },
  { when: 'before the commit is announced', pauseAt: 'phase:commit', code: 12 },
  { when: 'in the commit', pauseAt: 'engine:before-commit', code: 12, quick: true },
];

export function fillingTests(mode: JournalMode, part: Part): void {
  for (const { when, pauseAt, code, afterInspect = false, quick = false } of moments) {
    if (quick !== (part === 'default')) continue;
    test(
      `all or nothing: a disk that fills up ${when} ends the run with ${code} and the old content (${mode})`,
      options,
      async (t) => {
        const full = fullPlace(t, mode);
        const running = full.start(['upgrade'], pauseAt);
        await running.reached();
        if (afterInspect) await running.logged(({ msg }) => msg === 'inspect');
        full.volume.fill();
        running.goOn();
        const result = await running.finished;
        assertRefusal(result, code, /full|ENOSPC/, /unchanged/);
        const left = readdirSync(full.here.data, { recursive: true, encoding: 'utf8' });
        assert.deepEqual(
          left.filter((name) => name.includes('.tmp')),
          [],
          'what is half made takes up no room',
        );
        assertRefusal(await full.here.run(['upgrade']), 12, /[Ff]ree/, /Nothing was changed|unchanged/);
        await assertOldThenUpgradable(full);
      },
    );
  }
}
