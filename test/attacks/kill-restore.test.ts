import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { drydock } from '../harness/drydock.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import type { JournalMode } from '../harness/files.ts';
import {
  assertContent,
  assertDone,
  assertTidy,
  assertWayBack,
  commandLine,
  contentAsLeft,
  dieAtFileCall,
  killAt,
  signalAt,
  type Victim,
} from './helpers-kill.ts';
import {
  assertDestroyedOrOld,
  assertExchanged,
  assertReplacedIsKept,
  destroy,
  nextStart,
  upgraded,
} from './helpers-kill-restore.ts';
import { assertRefusal } from './helpers-refusal.ts';

const kills: readonly [at: string, victim: Victim, mode: JournalMode, left: 'old' | 'new'][] = [
  ['engine:copied', 'both', 'delete', 'new'],
  ['engine:replaced', 'both', 'delete', 'old'],
  ['engine:replaced', 'supervisor', 'wal', 'old'],
];

describe('kills of a restore', { concurrency: 2 }, () => {
  for (const [at, victim, mode, left] of kills) {
    test(`a proven way back: SIGKILL of ${victim} at ${at} of a restore (${mode})`, async (t) => {
      const story = await upgraded(t, mode);
      await killAt(story.restore, at, victim);
      assertContent(contentAsLeft(story.database), story, left);
      await nextStart(story);
      assertContent(dumpWithVersion(story.database), story, left);
      await assertWayBack(story);
    });
  }

  test('a proven way back: SIGKILL of a restore whose journal is written and whose pages are not (wal)', async (t) => {
    const story = await upgraded(t, 'wal');
    // The first journal says that the run is working, the second what is to be restored.
    const killed = await drydock(story.restore, dieAtFileCall('renamed run.json 2'));
    assert.equal(killed.signal, 'SIGKILL', killed.stderr);
    assertContent(contentAsLeft(story.database), story, 'new');
    await nextStart(story);
    assertContent(dumpWithVersion(story.database), story, 'old');
    assertReplacedIsKept(story);
  });

  test('a proven way back: SIGKILL of the engine of a restore, once the pages are back (delete)', async (t) => {
    const story = await upgraded(t, 'delete');
    const lost = await killAt(story.restore, 'engine:replaced', 'engine');
    assertRefusal(lost, 30, /engine process was ended by SIGKILL/, /A person must look/, /goes on with the restore\.$/);
    await nextStart(story);
    assertContent(dumpWithVersion(story.database), story, 'old');
    assertReplacedIsKept(story);
  });

  test('a proven way back: SIGKILL of a restore and of the start that finishes it (delete)', async (t) => {
    const story = await upgraded(t, 'delete');
    await killAt(story.restore, 'engine:replaced', 'both');
    await killAt(commandLine(story), 'engine:copied', 'both');
    assertContent(contentAsLeft(story.database), story, 'old');
    await nextStart(story);
    assertContent(dumpWithVersion(story.database), story, 'old');
    assertReplacedIsKept(story);
  });

  test('honest exit: SIGTERM in the middle of a restore lets it finish (wal)', async (t) => {
    const story = await upgraded(t, 'wal');
    assertDone(await signalAt(story.restore, 'engine:copied', 'SIGTERM'));
    assertContent(dumpWithVersion(story.database), story, 'old');
    assertTidy(story.database);
  });

  for (const call of ['copyFileSync 1', 'linkSync et_intelligence.db 1', 'renameSync et_intelligence.db 1']) {
    test(`a proven way back: SIGKILL of the exchange of a destroyed file in its ${call}`, async (t) => {
      const story = await upgraded(t, 'delete');
      const destroyed = destroy(story.database);
      const killed = await drydock(story.restore, dieAtFileCall(call));
      assert.equal(killed.signal, 'SIGKILL', killed.stderr);
      assertDestroyedOrOld(story, destroyed);
      await nextStart(story);
      assertExchanged(story, destroyed);
    });
  }
});
