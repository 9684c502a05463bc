/** A restore says what goes, and asks before anything is locked, if the database holds what no snapshot has. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import { journalModes } from '../harness/files.ts';
import { listed } from '../harness/place.ts';
import { assertRefusal, assertSilentRefusal, folderState } from '../harness/refusal.ts';
import { restorable, withDatabase } from '../harness/restorable.ts';
import { nothingChanged } from '../harness/sentences.ts';
import { inTerminal } from '../harness/terminal.ts';
import { otherProcess } from '../harness/writer.ts';
import { type Report, written } from './helpers-restore-asks.ts';

const said =
  /app\.db holds what no snapshot has, and restoring snapshot \S+ undoes it; unlike that snapshot it has 3 rows more in items \(2,003 rows, and 2,000 rows in the snapshot\), table notes with 2 rows, which the snapshot does not have/;

for (const mode of journalModes) {
  test(`a proven way back: a restore in a job needs --yes if no snapshot has what it replaces (${mode})`, async (t) => {
    const it = await written(t, mode);
    const before = folderState(it.root);
    for (const address of [it.id, 'latest']) {
      const refused = await it.run(['snapshot', 'restore', address]);
      assertSilentRefusal(refused, 2, said, nothingChanged, /pass --yes/);
      assert.equal(folderState(it.root), before);
    }
    const restored = await it.run(['snapshot', 'restore', it.id, '--yes', '--json']);
    assert.equal(restored.code, 0, restored.stderr);
    const { kept, tables } = restored.json<Report>();
    assert.deepEqual(tables, [
      { table: 'items', before: 2003, after: 2000 },
      { table: 'notes', before: 2, after: null },
    ]);
    assert.equal(dumpWithVersion(it.database), it.old);

    // Every state is in a snapshot from here on: nobody is asked.
    const [putAside] = (await listed(it)).filter(({ reason }) => reason === 'replaced');
    assert.ok(kept.endsWith(`${putAside?.id}.db`));
    for (const id of [putAside?.id ?? '', it.id, putAside?.id ?? '']) {
      const there = await it.run(['snapshot', 'restore', id, '--json']);
      assert.equal(there.code, 0, there.stderr);
      assert.deepEqual(there.json<Report>().tables, []);
    }
    withDatabase(it.database, (db) => db.exec('DELETE FROM items WHERE id > 2001'));
    const text = await it.run(['snapshot', 'restore', putAside?.id ?? '', '--yes']);
    assert.match(
      text.stdout,
      /is kept in \S+\. That was in no other snapshot; it had 2 rows fewer in items \(2,001 rows, and 2,003 rows in the snapshot\)\.$/m,
    );
  });

  test(`a proven way back: other content in the same number of rows is asked about too (${mode})`, async (t) => {
    const it = await restorable(t, mode);
    assert.equal((await it.run(['snapshot', 'create'])).code, 0);
    withDatabase(it.database, (db) => db.exec("UPDATE items SET name = 'another' WHERE id = 7"));
    const refused = await it.run(['snapshot', 'restore', 'latest']);
    assertSilentRefusal(
      refused,
      2,
      /unlike that snapshot it has other content, but the same number of rows in each table/,
    );
  });
}

test('a proven way back: on a terminal a restore asks, and only a yes goes on', async (t) => {
  const it = await written(t, 'delete');
  const before = folderState(it.root);
  for (const typed of ['\n', 'no\n', '\u0004']) {
    const { code, shown } = await inTerminal(it.root, ['snapshot', 'restore', 'latest'], answer(typed));
    assert.equal(code, 2, shown);
    assert.match(shown, said);
    assert.match(shown, /The snapshot that is taken first keeps it\. Go on\? \[y\/N\]/);
    assert.equal(folderState(it.root), before);
  }
  const stopped = await inTerminal(it.root, ['snapshot', 'restore', 'latest'], answer('\u0003'));
  assert.equal(stopped.code, 23, stopped.shown);
  const { code, shown } = await inTerminal(it.root, ['snapshot', 'restore', 'latest'], answer('y\n'));
  assert.equal(code, 0, shown);
  assert.equal(dumpWithVersion(it.database), it.old);
});

test('no lost write: what a killed writer left behind is asked about, since it cannot be looked at', async (t) => {
  const it = await restorable(t, 'delete');
  const other = await otherProcess(it.database, 1000);
  t.after(() => other.end());
  await other.run('PRAGMA cache_size = 5');
  await other.run('BEGIN IMMEDIATE');
  await other.run("UPDATE items SET name = name || 'x'");
  other.process.kill('SIGKILL');
  await once(other.process, 'exit');
  assert.ok(existsSync(`${it.database}-journal`));
  assertRefusal(
    await it.run(['snapshot', 'restore', it.id]),
    2,
    /Cannot predict what restoring .* hot journal/,
    /--yes/,
  );
  const restored = await it.run(['snapshot', 'restore', it.id, '--yes']);
  assert.equal(restored.code, 0, restored.stderr);
  assert.equal(dumpWithVersion(it.database), it.old);
});

function answer(typed: string) {
  return [{ to: /\[y\/N\]/, typed }];
}
