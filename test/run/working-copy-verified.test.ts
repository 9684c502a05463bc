/** A run on a working copy has committed, and the database does not pass the verification. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import { drydock, startDrydock } from '../harness/drydock.ts';
import { contentAsLeft, dumpWithVersion } from '../harness/dump.ts';
import { journalModes } from '../harness/files.ts';
import { assertContent, assertTidy, commandLine, snapshotsOf, stage } from '../harness/kill.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { otherProcess } from '../harness/writer.ts';
import { contentWithoutTransaction } from './helpers-no-transaction.ts';

const insert = "INSERT INTO comments (comment_id) VALUES ('of another program')";

for (const mode of journalModes) {
  test(`a proven way back: a failed verification after a working copy puts the snapshot back (${mode})`, async (t) => {
    const story = await stage(t, contentWithoutTransaction, mode);
    const run = startDrydock(commandLine(story), { pauseAt: 'phase:verify' });
    await run.reached();
    damage(story.database);
    run.goOn();
    const says = [/did not pass the verification after the commit/, /was put back and verified/];
    assertRefusal(await run.finished, 22, ...says);
    assertContent(dumpWithVersion(story.database), story, 'old');
    assertTidy(story.database);
    assert.deepEqual(
      snapshotsOf(story.database)
        .map(({ manifest }) => manifest.reason)
        .sort(),
      ['replaced', 'upgrade'],
    );
  });

  for (const pauseAt of ['engine:replaced', 'phase:verify']) {
    test(`no lost write: a commit of another program at ${pauseAt} is not undone after a working copy (${mode})`, async (t) => {
      const story = await stage(t, contentWithoutTransaction, mode);
      const run = startDrydock(commandLine(story), { pauseAt });
      await run.reached();
      const other = await otherProcess(story.database, 60_000);
      t.after(() => other.end());
      await other.run(insert);
      // What the verification finds; it is theirs.
      await other.run("UPDATE alembic_version SET version_num = 'of another program'");
      run.goOn();
      assertRefusal(await run.finished, 24, /Others have written since the commit/);
      assert.match(contentAsLeft(story.database), /of another program/);
    });
  }

  test(`a proven way back: the next start puts the snapshot back after a killed run on a working copy (${mode})`, async (t) => {
    const story = await stage(t, contentWithoutTransaction, mode);
    const run = startDrydock(commandLine(story), { pauseAt: 'phase:verify' });
    await run.reached();
    run.process.kill('SIGKILL');
    await run.finished;
    damage(story.database);
    assertRefusal(await drydock(commandLine(story)), 22, /did not pass the verification/, /was put back and verified/);
    assertContent(dumpWithVersion(story.database), story, 'old');
  });
}

/** What a failing disk does: other bytes, nobody's transaction, and the time of the last write as it was. */
function damage(database: string): void {
  const { size, mtimeNs } = statSync(database, { bigint: true });
  const fd = openSync(database, 'r+');
  try {
    writeSync(fd, Buffer.alloc(2048, 0x5a), 0, 2048, Math.floor(Number(size) / 8192) * 4096);
  } finally {
    closeSync(fd);
  }
  execFileSync('touch', ['-d', `@${mtimeNs / 10n ** 9n}.${String(mtimeNs % 10n ** 9n).padStart(9, '0')}`, database]);
}
