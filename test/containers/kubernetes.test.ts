/** ops/k8s as pods, by podman: the init container, the application after it, the Job. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { testFolder } from '../harness/files.ts';
import { loadForPodman, reached, run, succeed, until } from './docker.ts';
import { kustomize, type Manifest } from './manifests.ts';
import { place } from './place.ts';
import { attack, type Deployment, type Outcome, type Platform } from './scenarios.ts';

const claim = 'et-intel-data';

before(() => loadForPodman('et-intel-migrations:1.0.0', 'et-intel:1.0.0'));

/** What a deployment has of its own, beside the manifests as they are shipped. */
function fitted(manifests: readonly Manifest[], { place, readOnly, memory }: Deployment): string {
  const documents = structuredClone(manifests) as Manifest[];
  // Else podman removes an init container that has ended well, and its log with it.
  for (const { metadata } of documents)
    metadata.annotations = { 'io.podman.annotations.init.container.type': 'always' };
  for (const template of documents.flatMap(({ spec }) => spec?.template ?? [])) {
    template.spec.volumes.push({ name: 'migrations', hostPath: { path: place.migrations } });
    for (const container of [...(template.spec.initContainers ?? []), ...template.spec.containers]) {
      container.volumeMounts[0].readOnly = readOnly === true;
      if (container.name === 'ingester') continue;
      container.volumeMounts.push({ name: 'migrations', mountPath: '/app/migrations', readOnly: true });
      if (memory !== undefined && container.name === 'drydock')
        container.resources = { limits: { memory: String(memory) } };
    }
  }
  return documents.map((document) => stringify(document)).join('---\n');
}

interface Pods {
  /** Makes the volume that the claim asks for. To be called before the first pod. */
  claimFrom(data: string): Promise<void>;
  play(name: string, manifests: readonly Manifest[], deployment: Deployment): ReturnType<typeof run>;
  down(name: string): Promise<void>;
}

function pods(t: TestContext): Pods {
  const folder = testFolder(t);
  const file = (name: string) => join(folder, `${name}.yaml`);
  const down = async (name: string) => {
    await succeed('podman', ['pod', 'rm', '--force', '--ignore', '--time', '5', `${name}-pod`]);
  };
  return {
    async claimFrom(data) {
      await succeed('podman', ['volume', 'rm', '--force', claim]);
      const at = ['--opt', 'type=none', '--opt', 'o=bind', '--opt', `device=${data}`];
      await succeed('podman', ['volume', 'create', ...at, claim]);
      t.after(() => run('podman', ['volume', 'rm', '--force', claim]));
    },
    async play(name, manifests, deployment) {
      writeFileSync(file(name), fitted(manifests, deployment));
      t.after(() => down(name));
      return run('podman', ['kube', 'play', '--network', 'none', file(name)]);
    },
    down,
  };
}

async function inspect(container: string): Promise<{ Running: boolean; ExitCode: number } | undefined> {
  const { code, stdout } = await run('podman', ['container', 'inspect', '--format', '{{json .State}}', container]);
  return code === 0 ? JSON.parse(stdout) : undefined;
}

async function logOf(container: string): Promise<string> {
  const { stdout, stderr } = await run('podman', ['logs', container]);
  return `${stderr}${stdout}`;
}

function platform(t: TestContext): Platform {
  const { claimFrom, play, down } = pods(t);
  const ingester = kustomize('ops/k8s/base');
  const outcome = async (played: Awaited<ReturnType<typeof run>>): Promise<Outcome> => {
    const upgrade = await inspect('et-intel-pod-drydock');
    assert.ok(upgrade !== undefined, played.stderr);
    const log = await logOf('et-intel-pod-drydock');
    if (played.code !== 0) {
      assert.notEqual((await inspect('et-intel-pod-ingester'))?.Running, true);
      return { code: upgrade.ExitCode, application: undefined, log };
    }
    await until(async () => (await logOf('et-intel-pod-ingester')) !== '');
    return { code: upgrade.ExitCode, application: (await logOf('et-intel-pod-ingester')).trim(), log };
  };
  return {
    async deploy(deployment) {
      // Recreate: the old pod ends first.
      await down('et-intel');
      await claimFrom(deployment.place.data);
      return outcome(await play('et-intel', await ingester, deployment));
    },
    async deployAndKill(deployment) {
      await down('et-intel');
      await claimFrom(deployment.place.data);
      const played = play('et-intel', await ingester, deployment);
      await reached(played, async () => /"phase":"inspect"/.test(await logOf('et-intel-pod-drydock')));
      await succeed('podman', ['kill', '--signal', 'KILL', 'et-intel-pod-drydock']);
      return outcome(await played);
    },
    async together(deployment, count) {
      const [volume, job] = [
        (await ingester).find(({ kind }) => kind === 'PersistentVolumeClaim'),
        ...(await kustomize('ops/k8s/overlays/job')),
      ];
      await claimFrom(deployment.place.data);
      const names = Array.from({ length: count }, (_, index) => `drydock-${index}`);
      const played = await Promise.all(
        names.map((name) => play(name, [volume, { ...job, metadata: { ...job.metadata, name } }], deployment)),
      );
      assert.deepEqual(
        played.map(({ code, stderr }) => (code === 0 ? 0 : stderr)),
        names.map(() => 0),
      );
      return Promise.all(names.map(async (name) => Number(await succeed('podman', ['wait', `${name}-pod-drydock`]))));
    },
  };
}

attack('kubernetes', 'wal', platform);

test('kubernetes: the CronJob takes its snapshot beside an application that works', async (t) => {
  const { claimFrom, play } = pods(t);
  const here = { place: place(t, 'delete') };
  await claimFrom(here.place.data);
  const base = await kustomize('ops/k8s/base');
  assert.equal((await play('et-intel', base, here)).code, 0);
  const [cronjob] = await kustomize('ops/k8s/overlays/cronjob');
  // What the controller of CronJobs makes of one; podman has none.
  const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: cronjob.metadata, spec: cronjob.spec.jobTemplate.spec };
  const played = await play('drydock-snapshot', [job], here);
  assert.equal(played.code, 0, played.stderr);
  assert.equal(await succeed('podman', ['wait', 'drydock-snapshot-pod-drydock']), '0');
  assert.match(await logOf('drydock-snapshot-pod-drydock'), /at 007_entity_tracking/);
  assert.equal((await inspect('et-intel-pod-ingester'))?.Running, true);
});

test('kubernetes: the daemon answers beside the application', async (t) => {
  const { claimFrom, play } = pods(t);
  const here = { place: place(t, 'delete') };
  await claimFrom(here.place.data);
  const played = await play('et-intel', await kustomize('ops/k8s/overlays/daemon'), here);
  assert.equal(played.code, 0, played.stderr);
  const inside = (...args: readonly string[]) => run('podman', ['exec', 'et-intel-pod-daemon', ...args]);
  await until(async () => (await inside('drydock', 'healthcheck')).code === 0);
  assert.match(await logOf('et-intel-pod-daemon'), /listening on http:\/\/0\.0\.0\.0:9187/);
  assert.doesNotMatch(await logOf('et-intel-pod-daemon'), /no windows are configured/);
  assert.equal((await inspect('et-intel-pod-ingester'))?.Running, true);
});
