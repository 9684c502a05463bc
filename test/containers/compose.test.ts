/** ops/compose.yaml, run by the real Compose. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { testFolder } from '../harness/files.ts';
import { type Ended, reached, run, succeed, until } from './docker.ts';
import { type Place, place } from './place.ts';
import { attack, type Deployment, type Outcome, type Platform } from './scenarios.ts';

/** What a deployment has of its own, beside the file as it is shipped. */
function override({ place, readOnly, memory }: Deployment): string {
  const mount = { type: 'volume', source: 'data', target: '/data', read_only: readOnly === true };
  return JSON.stringify({
    services: {
      drydock: {
        volumes: [mount, `${place.migrations}:/app/migrations:ro`],
        ...(memory !== undefined && { mem_limit: memory, memswap_limit: memory }),
      },
      ingester: { volumes: [mount] },
    },
    volumes: { data: { driver_opts: { type: 'none', o: 'bind', device: place.data } } },
  });
}

interface Project {
  compose(deployment: Deployment, ...args: readonly string[]): Promise<Ended>;
  down(): Promise<void>;
}

function project(t: TestContext): Project {
  const name = `et-intel-${process.pid}-${Date.now()}`;
  const file = join(testFolder(t), 'override.yaml');
  const base = ['compose', '--file', 'ops/compose.yaml', '--project-name', name];
  // The data itself is a folder of the test's.
  const down = async () => void (await succeed('docker', [...base, 'down', '--volumes', '--timeout', '5']));
  t.after(down);
  return {
    compose(deployment, ...args) {
      writeFileSync(file, override(deployment));
      return run('docker', [...base, '--file', file, ...args]);
    },
    down,
  };
}

function platform(t: TestContext): Platform {
  const { compose, down } = project(t);
  const state = async (deployment: Deployment, service: string): Promise<{ State: string; ExitCode: number }> => {
    const { stdout } = await compose(deployment, 'ps', '--all', '--format', 'json', service);
    return stdout === '' ? { State: 'missing', ExitCode: -1 } : JSON.parse(stdout);
  };
  const logOf = async (deployment: Deployment, service: string) => {
    const { stdout } = await compose(deployment, 'logs', '--no-log-prefix', service);
    // It clears every line first, wherever it writes to.
    return stdout.replaceAll('\u001b[2K', '').trim();
  };
  const outcome = async (deployment: Deployment, up: Ended): Promise<Outcome> => {
    const log = await logOf(deployment, 'drydock');
    const { ExitCode: code } = await state(deployment, 'drydock');
    if (up.code !== 0) {
      assert.match(up.stderr, /service "drydock" didn't complete successfully/);
      assert.equal((await state(deployment, 'ingester')).State, 'created');
      assert.equal((await state(deployment, 'dashboard')).State, 'created');
      return { code, application: undefined, log };
    }
    await until(async () => (await logOf(deployment, 'ingester')) !== '');
    return { code, application: await logOf(deployment, 'ingester'), log };
  };
  return {
    async deploy(deployment) {
      await down();
      return outcome(deployment, await compose(deployment, 'up', '--detach'));
    },
    async deployAndKill(deployment) {
      await down();
      const up = compose(deployment, 'up', '--detach');
      await reached(up, async () => /"phase":"inspect"/.test(await logOf(deployment, 'drydock')));
      await compose(deployment, 'kill', '--signal', 'KILL', 'drydock');
      return outcome(deployment, await up);
    },
    async together(deployment, count) {
      await compose(deployment, 'create');
      const all = Array.from({ length: count }, () => compose(deployment, 'run', '--rm', '-T', 'drydock'));
      return (await Promise.all(all)).map(({ code }) => code);
    },
  };
}

attack('compose', 'delete', platform);

test('compose: the dashboard answers, and each verb is a run of the service', async (t) => {
  const { compose } = project(t);
  const here: Place = place(t, 'delete');
  const deployment = { place: here };
  const up = await compose(deployment, 'up', '--detach');
  assert.equal(up.code, 0, up.stderr);
  let comments = '';
  await until(async () => {
    comments = await fetch('http://127.0.0.1:8000').then(
      (response) => response.text(),
      () => '',
    );
    return comments !== '';
  });
  assert.equal(comments, '609');
  for (const [args, code, says] of [
    [['current'], 0, /007_entity_tracking/],
    [['snapshot', 'create'], 0, /\S/],
    [['downgrade', 'base', '--busy-timeout', 'soon'], 2, /busy-timeout/],
    [['snapshot', 'restore', 'latest', '--yes'], 0, /\S/],
    [['verify'], 0, /\S/],
  ] as const) {
    const ended = await compose(deployment, 'run', '--rm', '-T', 'drydock', ...args);
    assert.equal(ended.code, code, ended.stderr);
    assert.match(`${ended.stdout}${ended.stderr}`, says);
  }
});
