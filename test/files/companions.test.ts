/** The main file is gone, empty or short, and its -wal or -journal is not: nothing may be lost by looking. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drydock } from '../harness/drydock.ts';
import { killAt } from '../harness/kill.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { upgraded } from '../run/cases-kill-restore.ts';
import { lengthTests, lossTests, misfitTests, wildWriterTests } from './cases-companions.ts';
import { filesOf, leaveWal, losses, restoredWith } from './helpers-companions.ts';

misfitTests('default');
lengthTests('default');
wildWriterTests(6);

lossTests('default');

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
