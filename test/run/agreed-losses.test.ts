/** What a person agreed to lose is what is lost, whatever becomes of the database before the run has it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { killAt } from '../harness/kill.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { noted, write } from './helpers-agreed-losses.ts';

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
