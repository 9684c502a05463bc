/** What a person agreed to lose is what is lost, whatever becomes of the database before the run has it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import { killAt } from '../harness/kill.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { noted, write } from './helpers-agreed-losses.ts';

test('no lost write: a downgrade asks when an interrupted restore has brought back what it would lose', async (t) => {
  const it = await noted(t, '002');
  write(it, "UPDATE items SET note = 'precious'");
  assert.equal((await it.run(['snapshot', 'create'])).code, 0);
  write(it, 'UPDATE items SET note = NULL');
  await killAt(['snapshot', 'restore', 'latest', '--yes', '--database', it.database], 'engine:before-replace', 'both');
  const first = await it.run(['downgrade', '001']);
  assertRefusal(first, 2, /had been interrupted.*finished now, and the database is at 002/, /Run again\.$/);
  assertRefusal(await it.run(['downgrade', '001']), 2, /loses data: column items\.note with 3 values/, /--yes/);
  assert.match(dumpWithVersion(it.database), /precious/);
});
