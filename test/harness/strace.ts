import { spawn } from 'node:child_process';
import type { TestContext } from 'node:test';

/**
 * Arguments of strace that run the code of a module.
 * @param fault What becomes of its calls on the path, as `inject` of strace(1) takes it.
 */
export function faulted(code: string, path: string, fault: string): string[] {
  return [...faulting(fault, path).slice(1), process.execPath, '--input-type=module', '-e', code];
}

/**
 * What runs a command so that calls of it, and of its children, fail.
 * @param fault As `inject` of strace(1) takes it.
 * @param path Only calls on it, unless none is given.
 */
export function faulting(fault: string, path?: string): string[] {
  const only = path === undefined ? [] : ['-P', path];
  return ['strace', '-f', '-qqq', '-o', '/dev/null', ...only, '-e', `inject=${fault}`];
}

/**
 * Attaches to a process that runs. Resolves when its calls are traced.
 * @param fault As in {@link faulting}.
 */
export async function faultAttached(t: TestContext, pid: number, path: string, fault: string): Promise<void> {
  const tracer = spawn('strace', ['-f', '-p', String(pid), '-o', '/dev/null', '-P', path, '-e', `inject=${fault}`]);
  t.after(() => tracer.kill());
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Read to its end: strace would die of the pipe that nobody reads.
  tracer.stderr.setEncoding('utf8').on('data', (said) => {
    if (String(said).includes('attached')) resolve();
  });
  tracer.once('exit', () => reject(new Error(`strace did not attach to ${pid}`)));
  await promise;
}
