/** The daemon as a real process: its windows, its signals, and what it answers. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { layoutFor } from '../../src/files/layout.ts';
import { commandsIn, paste } from '../harness/advice.ts';
import { dump, integrity, versions } from '../harness/dump.ts';
import { alembicAt, project } from '../harness/project.ts';
import { configure, dueWindow, startDaemon, valuesOf } from './helpers.ts';
import { idle, two } from './helpers-daemon.ts';

test('a daemon that is killed in the middle of a vacuum leaves the content as it was, and the next window does it', async (t) => {
  // With a key of its own, since a vacuum may give other rows new rowids.
  const filled = `${alembicAt('a2')} CREATE TABLE big (n INTEGER PRIMARY KEY, text TEXT);
    WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 3000)
    INSERT INTO big SELECT n, printf('%.500c', 'x') FROM s; DELETE FROM big WHERE n % 3;`;
  const it = project(t, two, filled);
  const before = dump(it.database);
  const bytes = statSync(it.database).size;
  configure(it, dueWindow(it, 'weekly', 'vacuum'));
  const killed = await startDaemon(t, it, { pauseAt: 'engine:maintain' });
  const engine = await killed.reached();
  process.kill(engine, 'SIGKILL');
  killed.process.kill('SIGKILL');
  await killed.finished;
  assert.equal(dump(it.database), before);
  assert.ok(existsSync(layoutFor(it).runJournal));

  dueWindow(it, 'weekly', 'vacuum');
  const next = await startDaemon(t, it);
  const status = await next.until(idle);
  assert.deepEqual([status.unfinishedRun, status.problems], [false, []]);
  assert.equal(dump(it.database), before);
  assert.equal(integrity(it.database), 'ok');
  assert.ok(statSync(it.database).size < bytes / 2);
});

test('damage that a verification finds holds up what would write, and takes no snapshot with it', async (t) => {
  const filled = `${alembicAt('a1')} CREATE TABLE big (n INTEGER PRIMARY KEY, text TEXT);
    WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 3000)
    INSERT INTO big SELECT n, printf('%.500c', 'x') FROM s;`;
  const it = project(t, two, filled);
  await it.text('snapshot', 'create');
  const bytes = readFileSync(it.database);
  bytes.fill(0xff, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 4096);
  writeFileSync(it.database, bytes);
  configure(it, dueWindow(it, 'nightly', 'verify, upgrade, snapshot, vacuum, prune'));
  const daemon = await startDaemon(t, it);
  const status = await daemon.until(idle);
  assert.equal(status.held?.code, 'DAMAGED_BEFORE');
  assert.deepEqual([status.snapshots.count, Object.keys(status.succeeded)], [1, []]);
  assert.match(String(status.verified?.finding), /did not pass the verification: integrity: /);
  const [verify = '', list = ''] = commandsIn(status.held?.next ?? '');
  assert.equal((await paste(it.root, verify)).code, 13);
  assert.equal((await paste(it.root, list)).code, 0);
  assert.equal((await daemon.ask('/readyz')).status, 503);
  assert.deepEqual(readFileSync(it.database), bytes);
  assert.deepEqual(valuesOf((await daemon.ask('/metrics')).body, 'drydock_task_failed'), { '{task="verify"}': 1 });
});

test('two daemons of one database apply each revision once, and both live', async (t) => {
  const it = project(t, two, alembicAt('a1'));
  configure(it, dueWindow(it, 'nightly', 'upgrade, verify'));
  const daemons = await Promise.all([startDaemon(t, it), startDaemon(t, it)]);
  await Promise.all(daemons.map((daemon) => daemon.until(idle)));
  assert.deepEqual(versions(it.database), ['a2']);
  const { runs } = await it.json<{ runs: { revision: string; result: string }[] }>('history');
  assert.deepEqual(
    runs.map(({ revision, result }) => [revision, result]),
    [['a2', 'done']],
  );
  for (const daemon of daemons) assert.equal((await daemon.ask('/readyz')).status, 200);
});
