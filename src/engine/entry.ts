/** Where the files are that run in processes and threads of their own: sources in a checkout, bundles in the package. */

import { type ChildProcess, fork, type StdioOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** @param from `import.meta.url` of a module in a folder of `src`. */
export function siblingModule(from: string, name: keyof typeof folders): URL {
  const source = from.endsWith('.ts');
  if (!source) return new URL(`./${name === 'main' ? 'engine' : name}.js`, from);
  return new URL(`../${folders[name]}/${name}.ts`, from);
}

/**
 * Starts a process of its own, to which one talks over Node's channel; `stdio` must have an 'ipc' in it.
 * @param env What it has in its environment beside this one's, unless this one has it.
 */
export function forkModule(
  name: keyof typeof folders,
  stdio: StdioOptions,
  env: Readonly<Record<string, string>>,
): ChildProcess {
  return fork(fileURLToPath(siblingModule(import.meta.url, name)), {
    stdio,
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...env, ...process.env },
  });
}

const folders = { main: 'engine', lifeline: 'engine', inspector: 'snapshots', verifier: 'daemon' } as const;
