/** Finds the files that run in their own process or thread: sources in a checkout, bundles in the package. */

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
 * Starts a child process with Node's IPC channel; `stdio` must include 'ipc'.
 * @param env Added to this process's environment, whose variables take precedence.
 * @param args Only the process itself sees them, and none that it starts.
 * @throws {Error} Node's own, such as EAGAIN if the limit of processes or open files is reached.
 */
export async function forkModule(
  name: keyof typeof folders,
  stdio: StdioOptions,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<ChildProcess> {
  const module = fileURLToPath(siblingModule(import.meta.url, name));
  // Starts Node's file system threads first: libuv aborts if it cannot start them once the child has used up the limit.
  await stat(module);
  const child = fork(module, args, {
    stdio,
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...env, ...process.env },
  });
  if (child.pid === undefined) {
    // Without a process there is no channel either, but an error event with the reason still follows.
    const [why] = await once(child, 'error');
    throw why;
  }
  return child;
}

const folders = {
  engine: 'engine',
  'parent-watchdog': 'engine',
  inspector: 'snapshots',
  'table-checker': 'snapshots',
  verifier: 'daemon',
} as const;
