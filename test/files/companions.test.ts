/** The main file is gone, empty or short, and its -wal or -journal is not: nothing may be lost by looking. */
import assert from 'node:assert/strict';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { drydock } from '../harness/drydock.ts';
import { dumpWithVersion, integrity } from '../harness/dump.ts';
import { journalModes } from '../harness/files.ts';
import { killAt } from '../harness/kill.ts';
import { listed } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { upgraded } from '../run/cases-kill-restore.ts';
import { left, lengthTests, misfitTests, suffixOf, wildWriterTests } from './cases-companions.ts';
import { filesOf, leaveHotJournal, leaveWal, losses, restoredWith } from './helpers-companions.ts';

misfitTests('default');
lengthTests('default');
wildWriterTests(6);

for (const mode of journalModes) {
  for (const loss of ['emptied', 'gone', 'cut short'] as const) {
    test(`honest exit: doctor finds a database that is ${loss} beside its ${suffixOf[mode]}, and advises nothing that would lose it (${mode})`, async (t) => {
      const { here } = await left(t, mode);
      losses[loss](here.database);
      const before = filesOf(here.database);
      const found = await here.run(['doctor', '--json']);
      assert.equal(found.code, 13, found.stderr);
      const { findings } = found.json<{ findings: { level: string; message: string; next: string | null }[] }>();
      const problems = findings.filter(({ level }) => level === 'problem');
      assert.equal(problems.length, 1, found.stdout);
      assert.match(problems[0]?.message ?? '', new RegExp(`app\\.db${suffixOf[mode]}`));
      for (const { next } of findings)
        assert.doesNotMatch(next ?? '', /drydock upgrade|Start the application|touch|checkpoint|any other command/);
      assert.deepEqual(filesOf(here.database), before);
    });

    test(`a proven way back: of a database that is ${loss} beside its ${suffixOf[mode]} a restore keeps all that is left (${mode})`, async (t) => {
      const { here } = await left(t, mode);
      const created = await here.run(['snapshot', 'create']);
      assert.equal(created.code, 0, created.stderr);
      const [snapshot] = await listed(here);
      const taken = dumpWithVersion(here.database);
      if (mode === 'wal') await leaveWal(here.database);
      else await leaveHotJournal(here.database, 'UPDATE items SET price = price + 1 WHERE id < 500');
      losses[loss](here.database);
      const lost = filesOf(here.database);

      const refused = await here.run(['upgrade']);
      assertRefusal(refused, 13, /drydock snapshot list, then drydock snapshot restore <id>\)/);
      const restored = await here.run(['snapshot', 'restore', snapshot?.id ?? '', '--json']);
      assert.equal(restored.code, 0, restored.stderr);
      assert.equal(dumpWithVersion(here.database), taken);
      assert.equal(integrity(here.database), 'ok');
      const { kept } = restored.json<{ kept: string }>();
      assert.deepEqual(filesOf(join(kept, basename(here.database))), lost);
      assert.equal((await here.run(['upgrade'])).code, 0);
    });
  }
}

test('a proven way back: a file that was emptied after an upgrade had been killed is refused, and a restore goes on', async (t) => {
  const story = await upgraded(t, 'wal');
  const [, , id = ''] = story.restore;
  await leaveWal(story.database, 'UPDATE comments SET likes = likes + 1');
  await killAt(
    ['downgrade', '-1', '--yes', '--database', story.database, '--migrations', story.migrations],
    'engine:before-commit',
    'both',
  );
  losses.emptied(story.database);
  const lost = filesOf(story.database);
  for (const verb of [
    ['snapshot', 'prune'],
    ['upgrade', '--migrations', story.migrations],
  ]) {
    assertRefusal(await drydock([...verb, '--database', story.database]), 13, /is empty, and .*-wal/);
    assert.deepEqual(filesOf(story.database), lost);
  }
  await restoredWith(story, ['snapshot', 'restore', id, '--json'], lost);
});
