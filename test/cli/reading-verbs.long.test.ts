/** Commands that only look leave no trace: the whole folder is listed, with times and hashes, before and after. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { copyOfMade, type JournalMode, journalModes } from '../harness/files.ts';
import { makePlace, type Place, placeAt } from '../harness/place.ts';
import { assertSilentRefusal, folderState } from '../harness/refusal.ts';
import { nothingChanged } from '../harness/sentences.ts';
import { type OtherProcess, otherProcess } from '../harness/writer.ts';

const verbs = [
  ['current'],
  ['history'],
  ['show', 'head'],
  ['show', 'current'],
  ['verify'],
  ['stats'],
  ['check'],
  ['downgrade', '-1', '--sql'],
  ['plan'],
  ['plan', '--down', 'base'],
  ['snapshot', 'list'],
  ['snapshot', 'verify', 'latest'],
  ['doctor'],
  ['report'],
  ['report', '--list'],
  ['upgrade'],
  ['upgrade', '002_stock'],
];

const config = `statistics:
  - { name: items, sql: SELECT count(*) FROM items, rule: same }
`;

/** Readers share locks through the -shm: it is memory that happens to be a file, and only its content may change. */
const sharedMemory = [/-shm$/];

/** At the target, with a snapshot, and nothing else left from getting there. */
async function ready(t: TestContext, mode: JournalMode): Promise<Place> {
  const root = await copyOfMade(t, `ready ${mode}`, async (original) => {
    const result = await makePlace(original, { mode, config }).run(['upgrade']);
    assert.equal(result.code, 0, result.stderr);
  });
  const here = placeAt(root);
  const companions = readdirSync(here.data).filter((name) => /-(wal|shm|journal)$/.test(name));
  assert.deepEqual(companions, [], 'a run leaves one file, at rest');
  return here;
}

/** @param made What SQLite itself must make to read the database at all. */
async function assertNoTrace(here: Place, made?: RegExp): Promise<void> {
  const state = () =>
    folderState(here.root, sharedMemory)
      .split('\n')
      .filter((line) => made === undefined || !(made.test(line) || line.startsWith('data ')))
      .join('\n');
  const before = state();
  for (const args of verbs) {
    const result = await here.run(args);
    assert.equal(result.code, 0, `${args.join(' ')}: ${result.stdout}${result.stderr}`);
    assert.equal(result.stderr, '', args.join(' '));
    assert.equal(state(), before, args.join(' '));
  }
}

async function withOther(t: TestContext, here: Place): Promise<OtherProcess> {
  const other = await otherProcess(here.database, 1000);
  t.after(() => other.end());
  return other;
}

for (const mode of journalModes) {
  test(`no lost write: reading commands write nothing and make nothing, on a database at rest (${mode})`, async (t) => {
    await assertNoTrace(await ready(t, mode));
  });

  test(`no lost write: reading commands write nothing and make nothing, while another process has it open (${mode})`, async (t) => {
    const here = await ready(t, mode);
    const other = await withOther(t, here);
    await other.run('UPDATE items SET price = 7 WHERE id = 1');
    if (mode === 'wal') assert.ok(statSync(`${here.database}-wal`).size > 0, 'the WAL is in use');
    await assertNoTrace(here);
    assert.deepEqual(await other.run('SELECT price FROM items WHERE id = 1'), [{ price: 7 }]);
  });

  test(`no lost write: reading commands write nothing and make nothing, while another process reads in a transaction (${mode})`, async (t) => {
    const here = await ready(t, mode);
    const other = await withOther(t, here);
    await other.run('BEGIN');
    await other.run('SELECT count(*) FROM items');
    await assertNoTrace(here);
  });
}

test('no lost write: reading commands write nothing and make nothing, beside an open write transaction (wal)', async (t) => {
  const here = await ready(t, 'wal');
  const other = await withOther(t, here);
  await other.run('BEGIN IMMEDIATE');
  await other.run('UPDATE items SET price = 7 WHERE id = 1');
  await assertNoTrace(here);
  await other.run('COMMIT');
  assert.deepEqual(await other.run('SELECT price FROM items WHERE id = 1'), [{ price: 7 }]);
});

test('no lost write: reading commands see what a killed writer committed to a WAL, and make nothing', async (t) => {
  const here = await ready(t, 'wal');
  await leaveWal(t, here);
  await assertNoTrace(here);
  assert.equal(await itemsOf(here), 1999);
});

// The one exception: there is no way to read a WAL without the -shm, and none to take it away without a race.
test('no lost write: reading commands see what is in a WAL after a reboot, and make nothing but its -shm', async (t) => {
  const here = await ready(t, 'wal');
  await leaveWal(t, here);
  rmSync(`${here.database}-shm`);
  await assertNoTrace(here, /^data\/app\.db-shm /);
  assert.equal(await itemsOf(here), 1999);
});

async function itemsOf(here: Place): Promise<unknown> {
  const stats = await here.run(['stats', '--json']);
  return stats.json<{ statistics: { value: unknown }[] }>().statistics[0]?.value;
}

test('no lost write: reading commands do not touch the hot journal of a killed writer, and say so with 11', async (t) => {
  const here = await ready(t, 'delete');
  const other = await withOther(t, here);
  // More pages than the cache holds: they are in the file, and what was there before in the journal.
  await other.run('PRAGMA cache_size = 5');
  await other.run('BEGIN IMMEDIATE');
  await other.run("UPDATE items SET name = name || 'x'");
  other.process.kill('SIGKILL');
  await once(other.process, 'exit');
  assert.ok(existsSync(`${here.database}-journal`));
  const before = folderState(here.root);
  for (const args of [['current'], ['history'], ['verify'], ['stats'], ['check'], ['downgrade', '-1', '--sql']]) {
    assertSilentRefusal(await here.run(args), 11, /hot journal/, nothingChanged, /drydock upgrade/);
    assert.equal(folderState(here.root), before, args.join(' '));
  }
  const upgrade = await here.run(['upgrade']);
  assert.equal(upgrade.code, 0, upgrade.stderr);
  assert.equal((await here.run(['verify'])).code, 0);
});

async function leaveWal(t: TestContext, here: Place): Promise<void> {
  const other = await withOther(t, here);
  await other.run('DELETE FROM items WHERE id = 1');
  other.process.kill('SIGKILL');
  await once(other.process, 'exit');
  assert.ok(statSync(`${here.database}-wal`).size > 0);
}
