/** A call of the supervisor fails as the system may have it fail: the ending tells the truth, and the next start goes on. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { drydock } from '../harness/drydock.ts';
import { contentAsLeft, dumpWithVersion } from '../harness/dump.ts';
import { journalModes } from '../harness/files.ts';
import {
  assertContent,
  assertTidy,
  commandLine,
  failAtFileCall,
  failFromFileCall,
  finishStory,
  stage,
  upgradeOfProduction,
} from '../harness/kill.ts';
import { assertRefusal } from '../harness/refusal.ts';

for (const [call, code, says] of [
  ['mkdirSync et_intelligence.db.drydock 1', 'EIO', /^The volume failed during the run: EIO/],
  ['renameSync run.json 2', 'EIO', /^The volume failed during the run: EIO/],
  ['renameSync run.json 1', 'EMFILE', /^No more files could be opened: EMFILE.*Raise the limit of open files/],
] as const) {
  test(`honest exit: ${code} in ${call} ends with 12 and the old content`, async (t) => {
    const story = await stage(t, upgradeOfProduction, 'delete');
    assertRefusal(await drydock(commandLine(story), failAtFileCall(call, code)), 12, says, /database is unchanged/);
    assertContent(contentAsLeft(story.database), story, 'old');
    await finishStory(story);
  });
}

for (const [what, call] of [
  ['be told of the commit', 'renameSync run.json 3'],
  ['be removed', 'unlinkSync run.json 1'],
] as const) {
  test(`honest exit: a run whose journal cannot ${what} has done what it was asked, and says so`, async (t) => {
    const story = await stage(t, upgradeOfProduction, 'wal');
    const result = await drydock(commandLine(story), failAtFileCall(call, 'EACCES'));
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stderr, new RegExp(`run journal .*could not ${what}`));
    assertContent(dumpWithVersion(story.database), story, 'new');
    const isLeft = call.startsWith('unlink');
    assert.equal(existsSync(`${story.database}.drydock/run.json`), isLeft);
    const next = await drydock(commandLine(story));
    assert.equal(next.code, 0, next.stderr);
    assert.equal(/^Recovered first: .*That run had committed/m.test(next.stdout), isLeft);
    assertContent(dumpWithVersion(story.database), story, 'new');
    assertTidy(story.database);
  });
}

for (const mode of journalModes) {
  test(`honest exit: where the disk fails so that nobody can tell whether the commit happened, the run says that (${mode})`, async (t) => {
    const story = await stage(t, upgradeOfProduction, mode);
    const failing = failFromFileCall('fsyncSync et_intelligence.db 1', 'EIO');
    assertRefusal(
      await drydock(commandLine(story), failing),
      1,
      /^The volume failed during the run: EIO/,
      /It is not known whether the commit happened: the next start finds out/,
    );
    assertContent(contentAsLeft(story.database), story, 'new');
    await finishStory(story);
  });
}

test('one at a time: a run that cannot write down who it is gives its lock directory back, for which the next would wait', async (t) => {
  const story = await stage(t, upgradeOfProduction, 'delete');
  const refused = await drydock(commandLine(story), failAtFileCall('renameSync owner.json 1', 'EIO'));
  assertRefusal(refused, 12, /^The volume failed during the run: EIO/);
  assert.equal(existsSync(`${story.database}.lock`), false);
});
