/** One of each sort that the long tests have in full: a damaged database, a damaged snapshot, an edited revision, reading. */
import assert from 'node:assert/strict';
import { appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { breakLeafOf, flipBit } from '../harness/damage.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { listed, place } from '../harness/place.ts';
import { assertSilentRefusal, folderState } from '../harness/refusal.ts';

test('honest exit: a broken page ends an upgrade with 13', async (t) => {
  const here = place(t);
  breakLeafOf(here.database, 'items');
  assertSilentRefusal(await here.run(['upgrade']), 13, /damaged \(integrity_check: \w/, /is unchanged/);
});

test('a proven way back: a snapshot with a bit that flipped is refused, and an edited revision too', async (t) => {
  const here = place(t);
  assert.equal((await here.run(['upgrade'])).code, 0);
  const before = dumpWithVersion(here.database);
  const [snapshot] = await listed(here);
  assert.ok(snapshot !== undefined);
  const file = join(here.snapshots, `${snapshot.id}.db`);
  flipBit(file, statSync(file).size - 100);
  assertSilentRefusal(await here.run(['snapshot', 'restore', 'latest', '--yes']), 12, /sha256 is not the one/);

  appendFileSync(join(here.migrations, '002_stock.sql'), '-- edited\n');
  assertSilentRefusal(await here.run(['upgrade']), 4, /edited after being applied/);
  assert.equal(dumpWithVersion(here.database), before);
});

test('honest exit: reading a WAL database at rest leaves no trace', async (t) => {
  const here = place(t, { mode: 'wal' });
  const before = folderState(here.root);
  for (const args of [['current'], ['verify'], ['check'], ['plan'], ['history'], ['downgrade', 'base', '--sql']]) {
    const { code, stderr } = await here.run(args);
    assert.ok(code === 0 || code === 3, stderr);
    assert.equal(folderState(here.root), before, args.join(' '));
  }
});
