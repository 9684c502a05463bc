/** Runs the command as somebody else, or where other mounts are seen. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { commandPath } from './command.ts';
import type { Result } from './drydock.ts';

const nobody = { uid: 65534, gid: 65534 };
const isRoot = process.getuid?.() === 0;

/** Whom permissions hold back: nobody, where the tests are run by root, whom nothing holds back. */
export const ordinaryUser = isRoot ? nobody : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

/** Gives a folder and all in it to the ordinary user, and lets him find the way to it. */
export function giveToOrdinaryUser(folder: string): void {
  chmodSync(folder, 0o755);
  if (!isRoot) return;
  for (const name of ['.', ...readdirSync(folder, { recursive: true })]) {
    const path = join(folder, String(name));
    if (!lstatSync(path).isSymbolicLink()) chownSync(path, ordinaryUser.uid, ordinaryUser.gid);
  }
}

export function asOrdinaryUser(cwd: string, args: readonly string[]): Promise<Result> {
  return run([], args, cwd, isRoot ? nobody : {});
}

/** @param wrapper A command that runs the rest of its command line, such as `unshare --mount`. */
export function wrapped(wrapper: readonly string[], cwd: string, args: readonly string[]): Promise<Result> {
  return run(wrapper, args, cwd, {});
}

async function run(
  wrapper: readonly string[],
  args: readonly string[],
  cwd: string,
  user: { uid?: number; gid?: number },
): Promise<Result> {
  const [command = '', ...rest] = [...wrapper, process.execPath, commandPath, ...args];
  const child = spawn(command, rest, { cwd, ...user, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const lines = output.stderr.split('\n');
  return {
    code,
    signal,
    ...output,
    log: lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>),
    error: (lines.find((line) => line.startsWith('drydock: ')) ?? '').replace('drydock: ', ''),
    json: <T>() => JSON.parse(output.stdout) as T,
  };
}
