/** Other programs that write or lock as soon as a run has given up its lock. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion, versions } from '../harness/dump.ts';
import { rootPage, rotPage } from '../harness/kill.ts';
import { place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { restorable } from '../harness/restorable.ts';
import { otherProcess } from '../harness/writer.ts';

test('honest exit: a commit that a lock keeps from being read back stands, and the next start reads it back', async (t) => {
  const here = place(t);
  const run = startDrydock(['upgrade', '--busy-timeout', '100ms'], { cwd: here.root, pauseAt: 'phase:verify' });
  await run.reached();
  const other = await otherProcess(here.database, 1000);
  t.after(() => other.end());
  await other.run('BEGIN EXCLUSIVE');
  run.goOn();
  const locked = await run.finished;
  assertRefusal(locked, 1, /locked by another process/, /past its commit: the next start verifies/, /Stop the writer/);
  await other.run('COMMIT');
  assert.deepEqual(versions(here.database), ['002_stock']);
  const next = await here.run(['upgrade']);
  assert.equal(next.code, 0, next.stderr);
  assert.match(next.stdout, /^Recovered first: run .* had committed/m);
  assert.ok(!existsSync(here.journal));
});

test('honest exit: a restore that a lock keeps from being read back does not say that nothing was changed', async (t) => {
  const it = await restorable(t, 'delete');
  const args = ['snapshot', 'restore', it.id, '--yes', '--busy-timeout', '100ms'];
  const run = startDrydock(args, { cwd: it.root, pauseAt: 'engine:replaced' });
  await run.reached();
  const other = await otherProcess(it.database, 1000);
  t.after(() => other.end());
  await other.run('BEGIN EXCLUSIVE');
  run.goOn();
  assertRefusal(await run.finished, 30, /all of it is back, but could not be read to prove it: database is locked/);
  await other.run('COMMIT');
  assert.equal(dumpWithVersion(it.database), it.old);
  const next = await it.run(args);
  assert.equal(next.code, 0, next.stderr);
  assert.equal(dumpWithVersion(it.database), it.old);
  assert.ok(!existsSync(it.journal));
});

for (const [how, ending] of [
  ['committed', 'COMMIT'],
  ['about to commit', 'BEGIN EXCLUSIVE'],
] as const) {
  test(`no lost write: what was ${how} between a commit and its journal is not undone by the start after a kill`, async (t) => {
    const here = place(t);
    const run = startDrydock(['upgrade'], {
      cwd: here.root,
      pauseAt: 'engine:after-commit',
      env: { DRYDOCK_FAULT_PAUSE: 'engine:after-commit,phase:verify' },
    });
    await run.reached();
    const other = await otherProcess(here.database, 1000);
    t.after(() => other.end());
    await other.run('BEGIN');
    await other.run("INSERT INTO items (name, price) VALUES ('theirs', 1)");
    if (ending !== 'COMMIT') await other.run('COMMIT');
    await other.run(ending);
    run.goOn();
    await run.logged((line) => line.phase === 'verify');
    const engine = await run.enginePid();
    run.process.kill('SIGKILL');
    process.kill(engine, 'SIGKILL');
    await run.finished;
    if (ending !== 'COMMIT') await other.run('COMMIT');
    await other.end();
    rotPage(here.database, rootPage(here.database, 'items'));
    assertRefusal(await here.run(['upgrade']), 24, /Others may have written since/);
  });
}
