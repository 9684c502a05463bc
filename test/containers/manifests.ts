/** The shipped manifests, as `kubectl kustomize` builds them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { projectRoot } from '../harness/files.ts';
import { succeed } from './docker.ts';

// biome-ignore lint/suspicious/noExplicitAny: any kind of object, whose fields the schemas of Kubernetes know.
export type Manifest = any;

/** Every folder that `kubectl apply -k` can be given, relative to the project. */
export function kustomizations(): string[] {
  const root = join(projectRoot, 'ops', 'k8s');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('kustomization.yaml')).map((file) => join('ops', 'k8s', file, '..'));
}

/** @param folder Relative to the project. */
export async function kustomize(folder: string): Promise<Manifest[]> {
  const text = await succeed('kubectl', ['kustomize', folder]);
  return parseAllDocuments(text, { strict: true }).map((document) => document.toJS());
}
