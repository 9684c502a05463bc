/** The shipped manifests and units, against what Kubernetes and systemd know. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { CronJob } from 'kubernetes-models/batch/v1/CronJob';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { exitCodes } from '../../src/errors.ts';
import { projectRoot, testFolder } from '../harness/files.ts';
import { run } from './docker.ts';
import { kustomizations, kustomize, type Manifest } from './manifests.ts';

const models = { Deployment, Job, CronJob, ConfigMap, PersistentVolumeClaim };
/** Where the types of each kind stand, which know what fields there are. */
const typesOf: Record<keyof typeof models, string> = {
  Deployment: 'apps/v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
  ConfigMap: 'core/v1',
  PersistentVolumeClaim: 'core/v1',
};

function isKnown(kind: string): kind is keyof typeof models {
  return Object.hasOwn(models, kind);
}

/** What is wrong with a manifest by the schemas: missing fields, wrong types, unknown words. */
function schemaProblem(manifest: Manifest): string | undefined {
  assert.ok(isKnown(manifest.kind), `no schema for ${manifest.kind}`);
  try {
    new models[manifest.kind as keyof typeof models](manifest).validate();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** What a compiler says of manifests as literals of their types: fields that there are not. */
async function unknownFields(folder: string, manifests: readonly Manifest[]): Promise<string> {
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  const lines = manifests.map(({ kind, ...rest }, index) => {
    assert.ok(isKnown(kind), `no types for ${kind}`);
    const literal = JSON.stringify({ kind, ...rest }, undefined, 2);
    return `export const manifest${index}: import('kubernetes-types/${typesOf[kind]}').${kind} = ${literal};`;
  });
  writeFileSync(join(folder, 'manifests.ts'), lines.join('\n'));
  const compiler = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc');
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', '', 'manifests.ts'];
  const { stdout } = await run('sh', ['-c', 'cd "$0" && exec "$@"', folder, process.execPath, compiler, ...flags]);
  return stdout;
}

interface PodSpec {
  readonly securityContext: Record<string, unknown>;
  readonly initContainers?: readonly Manifest[];
  readonly containers: readonly Manifest[];
  readonly restartPolicy?: string;
  readonly terminationGracePeriodSeconds: number;
  readonly enableServiceLinks?: boolean;
}

function podSpecs(manifests: readonly Manifest[]): PodSpec[] {
  return manifests.flatMap(({ spec }) => spec?.jobTemplate?.spec.template.spec ?? spec?.template?.spec ?? []);
}

test('every folder of ops/k8s builds, and Kubernetes knows all that it says', async (t) => {
  const folders = kustomizations();
  assert.ok(folders.length > 2);
  const manifests = (await Promise.all(folders.map(kustomize))).flat();
  for (const manifest of manifests) assert.equal(schemaProblem(manifest), undefined, manifest.metadata.name);
  assert.equal(await unknownFields(testFolder(t), manifests), '');

  // It bites.
  const [volume] = manifests.filter(({ kind }) => kind === 'PersistentVolumeClaim');
  assert.match(schemaProblem({ ...volume, spec: { ...volume.spec, accessModes: 'ReadWriteOnce' } }) ?? '', /array/);
  const folder = join(testFolder(t), 'wrong');
  mkdirSync(folder);
  const wrong = { ...volume, spec: { ...volume.spec, accessMode: ['ReadWriteOnce'] } };
  assert.match(await unknownFields(folder, [wrong]), /accessMode/);
});

test('every pod is what the restricted profile asks for, and has the time to end', async () => {
  const manifests = (await Promise.all(kustomizations().map(kustomize))).flat();
  for (const pod of podSpecs(manifests)) {
    assert.equal(pod.securityContext['runAsNonRoot'], true);
    assert.deepEqual(pod.securityContext['seccompProfile'], { type: 'RuntimeDefault' });
    assert.ok(pod.terminationGracePeriodSeconds >= 120);
    assert.equal(pod.enableServiceLinks, false);
    for (const { name, image, securityContext, resources, volumeMounts } of [
      ...(pod.initContainers ?? []),
      ...pod.containers,
    ]) {
      assert.deepEqual(
        securityContext,
        { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
        name,
      );
      assert.match(image, /:\d/, `${name} has an image of a version`);
      assert.ok(resources.requests.memory && resources.limits.memory, name);
      for (const mount of volumeMounts) assert.equal(mount.subPath, undefined, `${name} mounts the directory`);
    }
  }
});

test('every exit code is either worth another try of a Job, or ends it', async () => {
  const again = [exitCodes.LOCKED, exitCodes.BUSY, exitCodes.PREFLIGHT, exitCodes.STOPPED];
  const jobs = (await Promise.all(kustomizations().map(kustomize)))
    .flat()
    .flatMap(({ kind, spec }) => (kind === 'Job' ? spec : kind === 'CronJob' ? spec.jobTemplate.spec : []));
  assert.ok(jobs.length >= 2);
  for (const { podFailurePolicy, template } of jobs) {
    const [, { onExitCodes }] = podFailurePolicy.rules;
    const never = Object.values(exitCodes).filter((code) => !again.some((one) => one === code));
    assert.deepEqual(onExitCodes.values, never);
    assert.ok(template.spec.containers.some(({ name }: Manifest) => name === onExitCodes.containerName));
    assert.equal(template.spec.restartPolicy, 'Never');
  }
});

test('the versions of the Dockerfile are those of package.json, and no manifest runs an image without revisions', async () => {
  const { version, devDependencies } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  const dockerfile = readFileSync(join(projectRoot, 'Dockerfile'), 'utf8');
  assert.match(dockerfile, new RegExp(`^ARG NODE_IMAGE=node:${devDependencies.node}-`, 'm'));
  assert.match(dockerfile, new RegExp(`^ARG VERSION=${version}$`, 'm'));
  const [, base] = /^ARG BASE_IMAGE=(.*)$/m.exec(dockerfile) ?? [];
  assert.match(dockerfile, new RegExp(`base.name="${base}"$`, 'm'));
  const pods = podSpecs((await Promise.all(kustomizations().map(kustomize))).flat());
  const images = pods.flatMap(({ initContainers = [], containers }) => [...initContainers, ...containers]);
  const ours = images.filter(({ name }) => ['drydock', 'daemon'].includes(name));
  assert.ok(ours.length > 3);
  for (const { image } of ours) assert.equal(image, 'et-intel-migrations:1.0.0');
});
