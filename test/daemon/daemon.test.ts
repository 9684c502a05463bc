/** The daemon as a real process: its windows, its signals, and what it answers. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { codeOf } from '../../src/errors.ts';
import { layoutFor } from '../../src/files/layout.ts';
import { startDrydock } from '../harness/drydock.ts';
import { dump, integrity, versions } from '../harness/dump.ts';
import { sqlRevision } from '../harness/files.ts';
import { alembicAt, project } from '../harness/project.ts';
import { noDatabaseAt } from '../harness/sentences.ts';
import { askAt, configure, dueWindow, startDaemon, valuesOf } from './helpers.ts';
import { idle, two } from './helpers-daemon.ts';

const everyTask = 'upgrade, snapshot, verify, optimize, vacuum, prune';

test('a window does its tasks in their order, the answers tell of it, and SIGTERM ends the daemon with 0', async (t) => {
  const it = project(t, two, alembicAt('a1'));
  configure(it, dueWindow(it, 'nightly', everyTask));
  const daemon = await startDaemon(t, it);
  const status = await daemon.until(idle);
  assert.deepEqual(versions(it.database), ['a2']);
  assert.deepEqual(Object.keys(status.succeeded), ['upgrade', 'snapshot', 'verify', 'optimize', 'vacuum', 'prune']);
  assert.deepEqual(status.problems, []);
  assert.equal(status.verified?.finding, null);
  assert.deepEqual(status.runs.map(({ command }) => command).slice(-1), ['upgrade']);
  assert.deepEqual((await daemon.ask('/readyz')).body, 'ready\n');
  assert.equal((await daemon.ask('/healthz')).body, 'ok\n');

  const { body: metrics, headers } = await daemon.ask('/metrics');
  assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
  assert.deepEqual(valuesOf(metrics, 'drydock_ready'), { '': 1 });
  assert.equal(valuesOf(metrics, 'drydock_runs_total')['{task="upgrade",outcome="done",code="0"}'], 1);
  assert.deepEqual(valuesOf(metrics, 'drydock_windows_total'), {
    '{window="nightly",outcome="late"}': 1,
    '{window="nightly",outcome="on-time"}': 0,
    '{window="nightly",outcome="missed"}': 0,
  });
  assert.ok((valuesOf(metrics, 'drydock_phase_duration_seconds_count')['{phase="migrate"}'] ?? 0) >= 1);
  assert.ok((valuesOf(metrics, 'drydock_last_success_timestamp_seconds')['{task="prune"}'] ?? 0) > 1_700_000_000);
  assert.deepEqual(valuesOf(metrics, 'drydock_snapshots')[''], status.snapshots.count);
  assert.ok((valuesOf(metrics, 'drydock_newest_snapshot_timestamp_seconds')[''] ?? 0) > 1_700_000_000);
  assert.ok((valuesOf(metrics, 'drydock_database_bytes')[''] ?? 0) > 0);
  assert.deepEqual(valuesOf(metrics, 'drydock_pending_revisions'), { '': 0 });

  daemon.process.kill('SIGTERM');
  const { code, stdout } = await daemon.finished;
  assert.deepEqual([code, stdout], [0, 'The daemon was stopped by SIGTERM\n']);

  // It does not do it again after a restart.
  const again = await startDaemon(t, it);
  assert.equal((await again.status()).activity, null);
  assert.deepEqual(valuesOf((await again.ask('/metrics')).body, 'drydock_runs_total'), {});
});

test('it answers reads alone, at the paths that it has, and says nothing to a page that goes by another name', async (t) => {
  const it = project(t, two);
  configure(it);
  const daemon = await startDaemon(t, it);
  await daemon.logged(({ msg }) => msg === 'no windows are configured: this daemon only reports status');
  // There is no database yet: it lives, and is not ready.
  assert.equal((await daemon.ask('/healthz')).status, 200);
  const notReady = await daemon.ask('/readyz');
  assert.equal(notReady.status, 503);
  assert.match(notReady.body, noDatabaseAt);
  assert.equal((await daemon.ask('/')).status, 200);

  assert.equal((await daemon.ask('/nothing')).status, 404);
  assert.equal((await daemon.ask('/constructor')).status, 404);
  assert.equal((await daemon.ask('/healthz?from=kubelet')).status, 200);
  const post = await daemon.ask('/healthz', { method: 'POST' });
  assert.deepEqual([post.status, post.headers['allow']], [405, 'GET, HEAD']);
  const head = await daemon.ask('/status.json', { method: 'HEAD' });
  assert.deepEqual([head.status, head.body], [200, '']);
  assert.ok(Number(head.headers['content-length']) > 100);
  assert.match(String(head.headers['content-security-policy']), /^default-src 'none'; style-src 'self';/);
  assert.equal(head.headers['cache-control'], 'no-store');
  assert.equal((await daemon.ask('/', { headers: { host: 'rebound.example:9187' } })).status, 421);
  assert.equal((await daemon.ask('/', { headers: { host: 'localhost:9187' } })).status, 200);
  assert.equal((await daemon.ask('/', { headers: { 'x-long': 'x'.repeat(10_000) } })).status, 431);
  assert.match(await nonsense(daemon.url), /^HTTP\/1\.1 400 /);
  assert.equal((await daemon.ask('/healthz')).status, 200);

  const { port } = new URL(daemon.url);
  const alive = await it.run(['healthcheck', '--address', `127.0.0.1:${port}`, '--json']);
  assert.deepEqual(alive.json(), { command: 'healthcheck', ok: true, url: `${daemon.url}/healthz`, status: 200 });
  assert.match(
    await it.fails(2, 'daemon', '--address', `127.0.0.1:${port}`),
    /cannot listen on 127\.0\.0\.1:\d+ \(EADDRINUSE\)/,
  );
  daemon.process.kill('SIGINT');
  assert.equal((await daemon.finished).code, 0);
  assert.match(await it.fails(1, 'healthcheck', '--address', `127.0.0.1:${port}`), /No daemon answers at/);
  assert.ok(!existsSync(`${it.database}.drydock`), 'nothing was made where nothing was to do');
});

function nonsense(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let said = '';
  const socket = connect(Number(port), hostname, () => socket.write('this is not HTTP\r\n\r\n'));
  socket.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  socket.on('end', () => resolve(said)).on('error', reject);
  return promise;
}

for (const [kind, said] of Object.entries({
  'say nothing': '',
  'stop in the middle of the first line': 'GET /heal',
  'stop in the middle of the headers': 'GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-slow: ',
  'never send the body that they announce': 'GET /healthz HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n',
})) {
  test(`honest exit: the daemon tells that it lives beside connections that ${kind}`, async (t) => {
    const it = project(t, two);
    configure(it);
    const daemon = await startDaemon(t, it);
    const { port, hostname } = new URL(daemon.url);
    for (let count = 150; count <= 600; count += 150) {
      await Promise.all(Array.from({ length: 150 }, () => holdOpen(t, Number(port), hostname, said)));
      assert.equal((await daemon.ask('/healthz')).body, 'ok\n', `beside ${count}`);
      const { code } = await it.run(['healthcheck', '--address', `${hostname}:${port}`]);
      assert.equal(code, 0, `beside ${count}`);
    }
  });
}

/** A connection that is there, has said so much, and says no more. */
async function holdOpen(t: TestContext, port: number, host: string, said: string): Promise<void> {
  const socket = connect(port, host);
  // Closed by the daemon at any time.
  socket.on('error', () => undefined);
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  if (said !== '') socket.write(said);
}

test('a task that fails is told of, the next ones run, and the daemon goes on answering', async (t) => {
  const it = project(
    t,
    { 'a1.sql': two['a1.sql'], 'a2.sql': sqlRevision('a2', 'a1', 'SELECT * FROM nowhere;') },
    alembicAt('a1'),
  );
  const before = dump(it.database);
  configure(it, dueWindow(it, 'nightly', 'upgrade, snapshot'));
  const daemon = await startDaemon(t, it);
  const status = await daemon.until(idle);
  assert.equal(dump(it.database), before);
  assert.equal(status.snapshots.count, 1);
  assert.equal(status.held, null);
  const failed = status.runs.find(({ command }) => command === 'upgrade');
  assert.ok(failed?.ending.outcome === 'failed' && failed.ending.code === 'REVISION_FAILED');
  assert.match((await daemon.ask('/readyz')).body, /Not applied yet: a2/);
  const { body } = await daemon.ask('/metrics');
  assert.equal(valuesOf(body, 'drydock_runs_total')['{task="upgrade",outcome="failed",code="20"}'], 1);
  assert.deepEqual(Object.keys(valuesOf(body, 'drydock_last_success_timestamp_seconds')), ['{task="snapshot"}']);
  const line = await daemon.logged((each) => each['task'] === 'upgrade' && each['exitCode'] === 20);
  assert.match(String(line.msg), /no such table: nowhere/);
});

const slow = sqlRevision(
  'a2',
  'a1',
  'CREATE TABLE slow AS WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 1000000000) SELECT max(n) AS n FROM s;',
);

test('SIGTERM in the middle of a migration rolls it back and ends the daemon; a kill is made good by the next window', async (t) => {
  const it = project(t, { 'a1.sql': two['a1.sql'], 'a2.sql': slow }, alembicAt('a1'));
  const before = dump(it.database);
  const window = dueWindow(it, 'nightly', 'upgrade');
  configure(it, window);
  const stopped = await startDaemon(t, it);
  const isMigrating = (line: { phase?: string }) => line.phase === 'inspect';
  await stopped.logged(isMigrating);
  assert.equal((await stopped.ask('/healthz')).status, 200);
  assert.equal((await stopped.status()).activity?.task, 'upgrade');
  stopped.process.kill('SIGTERM');
  const { code, log } = await stopped.finished;
  assert.equal(code, 0);
  assert.ok(log.some((line) => line['task'] === 'upgrade' && line['code'] === 'STOPPED'));
  assert.equal(dump(it.database), before);
  assert.ok(!existsSync(layoutFor(it).runJournal));

  dueWindow(it, 'nightly', 'upgrade');
  const killed = await startDaemon(t, it);
  await killed.logged(isMigrating);
  const engine = await killed.enginePid();
  killed.process.kill('SIGKILL');
  await killed.finished;
  await gone(engine);

  // The revision is mended, and the window that was cut off is not begun again: that is the next one's.
  writeFileSync(join(it.migrations, 'a2.sql'), two['a2.sql']);
  const restarted = await startDaemon(t, it);
  const status = await restarted.status();
  assert.equal(status.unfinishedRun, true);
  assert.match(status.problems.join('\n'), /was interrupted and must be finished/);
  restarted.process.kill('SIGTERM');
  await restarted.finished;

  dueWindow(it, 'nightly', 'upgrade');
  const next = await startDaemon(t, it);
  const healed = await next.until(idle);
  assert.deepEqual(healed.problems, []);
  assert.deepEqual(versions(it.database), ['a2']);
  assert.equal(integrity(it.database), 'ok');
});

/** The engine of a daemon that was killed sees it and ends itself. */
async function gone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))
    await setTimeout(10);
}

test('a verification ends with the daemon that started it, whatever it is busy with', async (t) => {
  const it = project(t, two, alembicAt('a2'));
  configure(it, dueWindow(it, 'nightly', 'verify'));
  // A revision file whose end does not come: all else of the verifier stands still meanwhile.
  const endless = join(it.migrations, 'a3.sql');
  execFileSync('mkfifo', [endless]);
  const daemon = await startDaemon(t, it);
  const writing = await whenRead(endless);
  t.after(() => closeSync(writing));
  const { pid } = daemon.process;
  const [verifier = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  daemon.process.kill('SIGKILL');
  await gone(Number(verifier));
});

/** Opens a pipe to write as soon as somebody reads it. */
async function whenRead(path: string): Promise<number> {
  for (;;) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (codeOf(error) !== 'ENXIO') throw error;
      await setTimeout(10);
    }
  }
}

test('SIGHUP takes a valid config and keeps the old one where the new one is not', async (t) => {
  const it = project(t, two, alembicAt('a2'));
  configure(it, 'windows: [{ name: first, cron: 0 3 * * *, tasks: [verify] }]');
  const daemon = await startDaemon(t, it);
  const windows = async (url: string) =>
    (JSON.parse((await askAt(`${url}/status.json`, 'GET', {})).body) as { windows: { name: string }[] }).windows.map(
      ({ name }) => name,
    );

  configure(it, 'windows: [{ name: first, cron: 0 3 * * *, tasks: [verify, dance] }]');
  daemon.process.kill('SIGHUP');
  const refused = await daemon.logged(({ msg = '' }) => msg.includes('was not reloaded'));
  assert.match(String(refused.msg), /the old one stays: .*windows\[0\]\.tasks\[1\] is 'dance', not a task/);
  assert.deepEqual(await windows(daemon.url), ['first']);
  assert.deepEqual(valuesOf((await daemon.ask('/metrics')).body, 'drydock_config_reload_failed'), { '': 1 });

  configure(it, 'windows: [{ name: second, cron: 0 3 * * *, tasks: [verify] }]');
  daemon.process.kill('SIGHUP');
  await daemon.logged(({ msg = '' }) => msg.includes('is in force'));
  await daemon.until((status) => status.windows[0]?.name === 'second');
  assert.deepEqual(valuesOf((await daemon.ask('/metrics')).body, 'drydock_config_reload_failed'), { '': 0 });

  // Another address: there it answers, and no longer at the old one.
  const text = readFileSync(join(it.root, 'config/drydock.yaml'), 'utf8');
  writeFileSync(join(it.root, 'config/drydock.yaml'), text.replace('127.0.0.1:0', '127.0.0.2:0'));
  daemon.process.kill('SIGHUP');
  const moved = await daemon.logged(({ msg = '' }) => msg.startsWith('listening on http://127.0.0.2'));
  assert.deepEqual(await windows(String(moved['url'])), ['second']);
  await assert.rejects(daemon.ask('/healthz'), /ECONNREFUSED/);

  // The same port of every host is a port that the daemon itself has.
  const { port } = new URL(daemon.url);
  writeFileSync(join(it.root, 'config/drydock.yaml'), text.replace('127.0.0.1:0', `127.0.0.2:${port}`));
  daemon.process.kill('SIGHUP');
  await daemon.logged(({ msg = '' }) => msg === `listening on http://127.0.0.2:${port}`);
  writeFileSync(join(it.root, 'config/drydock.yaml'), text.replace('127.0.0.1:0', `0.0.0.0:${port}`));
  daemon.process.kill('SIGHUP');
  await daemon.logged(({ msg = '' }) => msg === `listening on http://0.0.0.0:${port}`);
  assert.deepEqual(await windows(`http://127.0.0.1:${port}`), ['second']);
  // One that cannot be had leaves it where it was.
  writeFileSync(join(it.root, 'config/drydock.yaml'), text.replace('127.0.0.1:0', `192.0.2.1:${port}`));
  daemon.process.kill('SIGHUP');
  await daemon.logged(({ msg = '' }) => msg.includes('cannot listen on 192.0.2.1'));
  assert.deepEqual(await windows(`http://127.0.0.1:${port}`), ['second']);

  writeFileSync(join(it.root, 'config/drydock.yaml'), text.replace('data/app.db', 'data/other.db'));
  daemon.process.kill('SIGHUP');
  await daemon.logged(({ msg = '' }) => msg.includes('names another database'));
});

test('a volume that is gone is a reason not to be ready, not the end of the answers', async (t) => {
  const it = project(t, two, alembicAt('a2'));
  configure(it);
  const daemon = await startDaemon(t, it);
  assert.equal((await daemon.ask('/readyz')).status, 200);
  renameSync(dirname(it.database), `${dirname(it.database)}-gone`);
  await daemon.until(({ ready }) => !ready);
  const readyz = await daemon.ask('/readyz');
  assert.equal(readyz.status, 503);
  assert.match(readyz.body, /There is no database at .*that the volume is mounted/);
  assert.deepEqual(valuesOf((await daemon.ask('/metrics')).body, 'drydock_ready'), { '': 0 });
  assert.equal((await daemon.ask('/')).status, 200);
  renameSync(`${dirname(it.database)}-gone`, dirname(it.database));
  await daemon.until(({ ready }) => ready);
});

test('what holds the writing up is told in every place, and is gone after a snapshot that a person takes', async (t) => {
  const it = project(t, two, alembicAt('a1'));
  configure(it, dueWindow(it, 'nightly', 'upgrade, verify'));
  const { daemonMemory } = layoutFor(it);
  const held = {
    code: 'RESTORED',
    since: '2026-01-01T00:00:00.000Z',
    what: 'The last upgrade was undone',
    next: 'Look',
  };
  writeFileSync(daemonMemory, JSON.stringify({ ...JSON.parse(readFileSync(daemonMemory, 'utf8')), held }));
  const daemon = await startDaemon(t, it);
  await daemon.until(idle);
  assert.deepEqual(versions(it.database), ['a1']);
  await daemon.logged(
    (line) => line['task'] === 'upgrade' && /is left out: .*The last upgrade was undone/.test(line.msg ?? ''),
  );
  assert.deepEqual(valuesOf((await daemon.ask('/metrics')).body, 'drydock_writing_held'), { '': 1 });
  assert.match((await daemon.ask('/readyz')).body, /The last upgrade was undone/);
  assert.match((await daemon.ask('/')).body, /The last upgrade was undone/);
  daemon.process.kill('SIGTERM');
  await daemon.finished;

  await it.text('snapshot', 'create');
  const memory = JSON.parse(readFileSync(daemonMemory, 'utf8'));
  memory.windows.nightly.dealtWithUntil = '2020-01-01T00:00:00.000Z';
  writeFileSync(daemonMemory, JSON.stringify(memory));
  const again = startDrydock(['daemon'], { cwd: it.root });
  t.after(() => again.process.kill('SIGKILL'));
  await again.logged(({ msg = '' }) => msg.startsWith('the daemon writes again, since snapshot create'));
  await again.logged(({ msg = '' }) => msg.startsWith('upgrade: Upgraded'));
  again.process.kill('SIGTERM');
  await again.finished;
  assert.deepEqual(versions(it.database), ['a2']);
});
