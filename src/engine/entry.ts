/** Where the files are that run in processes and threads of their own: sources in a checkout, bundles in the package. */

import { type ChildProcess, fork, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** @param from `import.meta.url` of a module in a folder of `src`. */
export function siblingModule(from: string, name: keyof typeof folders): URL {
  const source = from.endsWith('.ts');
  if (!source) return new URL(`./${name}.js`, from);
  return new URL(`../${folders[name]}/${name}.ts`, from);
}

/**
 * Starts a process of its own, to which one talks over Node's channel; `stdio` must have an 'ipc' in it.
 * @param env What it has in its environment beside this one's, unless this one has it.
 * @throws {Error} as Node has it, such as EAGAIN, if the system has no process or no open file left for it.
 */
export async function forkModule(
  name: keyof typeof folders,
  stdio: StdioOptions,
  env: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const module = fileURLToPath(siblingModule(import.meta.url, name));
  // Starts the threads that Node reads files with: libuv aborts if it cannot start them once the child has used up the limit.
  await stat(module);
  const child = fork(module, {
    stdio,
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...env, ...process.env },
  });
  if (child.pid === undefined) {
    // A child that has no channel either is still to say why.
    const [why] = await once(child, 'error');
    throw why;
  }
  return child;
}

const folders = {
  engine: 'engine',
  'parent-watchdog': 'engine',
  inspector: 'snapshots',
  verifier: 'daemon',
} as const;
