/**
 * The supervisor dies in the middle of its 1st, 2nd, 3rd … call that changes the file system, until a run comes through:
 * every place at which it could die between two of its own writes.
 */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { drydock } from '../harness/drydock.ts';
import { contentAsLeft, dumpWithVersion } from '../harness/dump.ts';
import {
  assertContent,
  assertTidy,
  commandLine,
  dieAtFileCall,
  finishStory,
  stage,
  upgradeOfProduction,
} from '../harness/kill.ts';
import {
  assertDestroyedOrOld,
  assertExchanged,
  assertReplacedIsKept,
  destroy,
  nextStart,
  upgraded,
} from './cases-kill-restore.ts';
import { contentWithoutTransaction } from './helpers-no-transaction.ts';

/** Up to here every command makes the same calls: it takes the locks, and looks for what others left. */
const common = 9;

describe('kills at every call that changes the file system', { concurrency: 2 }, () => {
  sweep('all or nothing: of an upgrade', { from: 1, to: 20 }, async (t, call) => {
    const story = await stage(t, upgradeOfProduction, call % 2 === 0 ? 'wal' : 'delete');
    const killed = await drydock(commandLine(story), dieAtFileCall(`call ${call}`));
    const left = contentAsLeft(story.database);
    assertContent(left, story, left === story.old ? 'old' : 'new');
    await finishStory(story);
    return killed.signal === 'SIGKILL';
  });

  sweep('all or nothing: of an upgrade on a working copy', { from: common, to: 20 }, async (t, call) => {
    const story = await stage(t, contentWithoutTransaction, call % 2 === 0 ? 'wal' : 'delete');
    const killed = await drydock(commandLine(story), dieAtFileCall(`call ${call}`));
    const left = contentAsLeft(story.database);
    assertContent(left, story, left === story.old ? 'old' : 'new');
    await finishStory(story);
    return killed.signal === 'SIGKILL';
  });

  sweep('a proven way back: of a restore', { from: common, to: 15 }, async (t, call) => {
    const story = await upgraded(t, call % 2 === 0 ? 'wal' : 'delete');
    const killed = await drydock(story.restore, dieAtFileCall(`call ${call}`));
    const left = contentAsLeft(story.database);
    assertContent(left, story, left === story.old ? 'old' : 'new');
    await nextStart(story);
    const found = dumpWithVersion(story.database);
    assertContent(found, story, found === story.old ? 'old' : 'new');
    if (found === story.old) assertReplacedIsKept(story);
    return killed.signal === 'SIGKILL';
  });

  sweep('a proven way back: of an exchange', { from: common, to: 15 }, async (t, call) => {
    const story = await upgraded(t, call % 2 === 0 ? 'wal' : 'delete');
    const destroyed = destroy(story.database);
    const killed = await drydock(story.restore, dieAtFileCall(`call ${call}`));
    assertDestroyedOrOld(story, destroyed);
    const again = await drydock(story.restore);
    assert.equal(again.code, 0, again.stderr);
    assertExchanged(story, destroyed);
    assertTidy(story.database);
    return killed.signal === 'SIGKILL';
  });
});

/**
 * @param calls The first call to die in, and how many there are at the least: fewer, and nobody died where they should.
 * @param attack Returns false where the run came to its end before it had made that many calls.
 */
function sweep(
  name: string,
  calls: { readonly from: number; readonly to: number },
  attack: (t: TestContext, call: number) => Promise<boolean>,
): void {
  test(`${name}, the supervisor dying in each`, { timeout: 1_200_000 }, async (t) => {
    let call = calls.from;
    for (let died = true; died; call += 1) {
      await t.test(`call ${call}`, async (attempt) => {
        died = false;
        died = await attack(attempt, call);
      });
    }
    assert.ok(call - 1 > calls.to, `it died in the calls up to ${call - 2}`);
  });
}
