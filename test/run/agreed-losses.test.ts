/** What a person agreed to lose is what is lost, whatever becomes of the database before the run has it. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { sqlRevision } from '../harness/files.ts';
import { killAt } from '../harness/kill.ts';
import { type Place, place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';

const table = 'CREATE TABLE items (id INTEGER PRIMARY KEY);\nINSERT INTO items VALUES (1), (2), (3);';

/** Up to `at`; a note is lost by the downgrade of the second, a tag by that of the third. */
async function noted(t: TestContext, at: string): Promise<Place> {
  const here = place(t, {
    sql: '',
    revisions: {
      '001.sql': sqlRevision('001', undefined, table, '-- expect: rows items dropped\nDROP TABLE items;'),
      '002.sql': sqlRevision('002', '001', 'ALTER TABLE items ADD COLUMN note TEXT;', 'ALTER TABLE items DROP note;'),
      '003.sql': sqlRevision('003', '002', 'ALTER TABLE items ADD COLUMN tag TEXT;', 'ALTER TABLE items DROP tag;'),
    },
  });
  const { code, stderr } = await here.run(['upgrade', at]);
  assert.equal(code, 0, stderr);
  return here;
}

function write({ database }: Place, sql: string): void {
  const db = new Database(database);
  db.exec(sql);
  db.close();
}

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

test('no lost write: a downgrade asks when a run that was at work has ended', async (t) => {
  const it = await noted(t, '001');
  const upgrade = startDrydock(['upgrade', '002'], { cwd: it.root, pauseAt: 'inspector:measure' });
  t.after(() => upgrade.process.kill('SIGKILL'));
  await upgrade.reached();
  const downgrade = startDrydock(['downgrade', '001'], { cwd: it.root });
  await downgrade.logged(({ waitingFor }) => waitingFor === 'the lock of another Drydock run');
  upgrade.goOn();
  assert.equal((await upgrade.finished).code, 0);
  const before = dumpWithVersion(it.database);
  assertRefusal(await downgrade.finished, 2, /was at work.*finished now, and the database is at 002/, /Run again\.$/);
  assert.equal(dumpWithVersion(it.database), before);
});

test('no lost write: a downgrade that was agreed to is not another one that it has become meanwhile', async (t) => {
  const it = await noted(t, '002');
  const downgrade = startDrydock(['downgrade', '001'], { cwd: it.root, pauseAt: 'phase:lock' });
  t.after(() => downgrade.process.kill('SIGKILL'));
  await downgrade.reached();
  assert.equal((await it.run(['upgrade', '003'])).code, 0);
  write(it, "UPDATE items SET tag = 'precious'");
  const before = dumpWithVersion(it.database);
  downgrade.goOn();
  assertRefusal(
    await downgrade.finished,
    2,
    /was at 002 when .* brought it to 003/,
    /Nothing of the downgrade was done/,
  );
  assert.equal(dumpWithVersion(it.database), before);
});

for (const victim of ['both', 'engine'] as const) {
  test(`all or nothing: downgrade -1 goes back once, though ${victim === 'both' ? 'the run' : 'its engine'} died after the commit`, async (t) => {
    const it = await noted(t, '003');
    write(it, "UPDATE items SET note = 'precious'");
    const args = ['downgrade', '-1', '--yes', '--database', it.database, '--migrations', it.migrations];
    const first = await killAt(args, 'engine:after-commit', victim);
    const { code, stdout } = victim === 'both' ? await it.run(args) : first;
    assert.equal(code, 0);
    assert.match(stdout, /Recovered first: .* at 002/);
    assert.match(dumpWithVersion(it.database), /precious/);
  });
}
