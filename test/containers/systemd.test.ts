/** ops/systemd under a real systemd, the first process of a container. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { exitCodes } from '../../src/errors.ts';
import { blocks, document } from '../docs/markdown.ts';
import { projectRoot, testFolder } from '../harness/files.ts';
import { type Ended, loadForPodman, run, succeed, until } from './docker.ts';
import { type Place, place } from './place.ts';

const folder = join(projectRoot, 'ops', 'systemd');
const units = readdirSync(folder);
/** The user of the units, in the image. */
const owner = 990;

test('systemd has nothing to say about the units, and the score is the one that is documented', async (t) => {
  const copy = testFolder(t);
  cpSync(folder, copy, { recursive: true });
  // Looked for by `verify`, which runs here and not where it is installed.
  for (const name of units) {
    const text = readFileSync(join(copy, name), 'utf8').replace('/usr/local/bin/drydock', '/bin/true');
    writeFileSync(join(copy, name), text);
  }
  const verified = await run('systemd-analyze', ['verify', ...units.map((name) => join(copy, name))]);
  assert.deepEqual(verified, { code: 0, stdout: '', stderr: '' });

  const [, documented] = /gives both ([\d.]+) of 10/.exec(document('docs/systemd.md').text) ?? [];
  for (const name of units.filter((unit) => unit.endsWith('.service'))) {
    const report = await succeed('systemd-analyze', ['security', '--offline=true', '--no-pager', join(copy, name)]);
    assert.match(report, new RegExp(`exposure level for ${name}: ${documented?.replace('.', '\\.')} SAFE`));
  }
});

test('the units try again what is worth it, as the Job does', () => {
  const again = [exitCodes.LOCKED, exitCodes.BUSY, exitCodes.PREFLIGHT, exitCodes.STOPPED];
  const never = Object.values(exitCodes).filter((code) => !again.some((one) => one === code));
  for (const name of units.filter((unit) => unit.endsWith('.service'))) {
    assert.match(
      readFileSync(join(folder, name), 'utf8'),
      new RegExp(`^RestartPreventExitStatus=${never.join(' ')}$`, 'm'),
    );
  }
});

/** A machine that systemd has brought up, with the units and the application's own as docs/systemd.md gives it. */
async function machine(t: TestContext, { data, database, migrations }: Place) {
  await loadForPodman('et-intel-host');
  execFileSync('chown', ['-R', `${owner}:${owner}`, data]);
  const etc = testFolder(t);
  mkdirSync(join(etc, 'system'));
  for (const name of units) cpSync(join(folder, name), join(etc, 'system', name));
  const [application] = blocks(document('docs/systemd.md')).filter(({ language }) => language === 'ini');
  assert.ok(application !== undefined);
  writeFileSync(join(etc, 'system', 'et-intel.service'), application.text);
  writeFileSync(join(etc, 'drydock.yaml'), 'database: /var/lib/et-intel/et_intelligence.db\nmigrations: /migrations\n');
  const mounts = [
    `${data}:/var/lib/et-intel`,
    `${migrations}:/migrations:ro`,
    `${join(etc, 'drydock.yaml')}:/etc/et-intel/drydock.yaml:ro`,
    ...[...units, 'et-intel.service'].map((name) => `${join(etc, 'system', name)}:/etc/systemd/system/${name}:ro`),
  ].flatMap((mount) => ['--volume', mount]);
  const id = await succeed('podman', [
    ...['run', '--detach', '--systemd=always', '--privileged', '--network', 'none', ...mounts, 'et-intel-host'],
    // A machine with the first generation of cgroups is refused without it.
    ...['/usr/lib/systemd/systemd', 'SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1'],
  ]);
  t.after(() => run('podman', ['rm', '--force', '--time', '1', id]));
  const inside = (...args: readonly string[]): Promise<Ended> => run('podman', ['exec', id, ...args]);
  // `degraded` where it loads no kernel modules, which no container may.
  await until(async () => /running|degraded/.test((await inside('systemctl', 'is-system-running')).stdout));
  return {
    database,
    inside,
    journal: async (unit: string) => (await inside('journalctl', '--no-pager', '--unit', unit)).stdout,
  };
}

test('systemd starts the application after the upgrade, not after one that fails, and takes snapshots by the timer', async (t) => {
  const here = place(t, 'wal');
  const { inside, journal } = await machine(t, here);
  const started = await inside('systemctl', 'start', 'et-intel');
  assert.equal(started.code, 0, `${started.stderr}${await journal('drydock-upgrade')}`);
  await until(async () => /application started at 007_entity_tracking/.test(await journal('et-intel')));

  assert.equal((await inside('systemctl', 'start', 'drydock-snapshot')).code, 0, await journal('drydock-snapshot'));
  assert.match(await journal('drydock-snapshot'), /at 007_entity_tracking/);
  assert.equal((await inside('systemctl', 'enable', '--now', 'drydock-snapshot.timer')).code, 0);
  assert.match((await inside('systemctl', 'list-timers', '--no-pager')).stdout, /drydock-snapshot\.timer/);

  assert.equal((await inside('systemctl', 'stop', 'et-intel')).code, 0);
  here.deploy('008_fails', 'DELETE FROM comments; SELECT 1 FROM nowhere;');
  const before = here.content();
  const failed = await inside('systemctl', 'start', 'et-intel');
  assert.notEqual(failed.code, 0);
  assert.equal(here.content(), before);
  const state = ['show', '--property', 'ActiveState,ExecMainStatus,NRestarts', 'drydock-upgrade'];
  assert.equal((await inside('systemctl', ...state)).stdout, 'NRestarts=0\nExecMainStatus=20\nActiveState=failed\n');
  assert.notEqual((await inside('systemctl', 'is-active', 'et-intel')).code, 0);
});
