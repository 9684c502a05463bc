/** The tools of the container world, as the real processes that they are. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { projectRoot } from '../harness/files.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a tool in the project's folder and waits for its end, which is to come within five minutes. */
export function run(tool: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd: projectRoot,
      env: { ...process.env, ...env },
      timeout: 300_000,
      maxBuffer: 64 * 1024 * 1024,
    };
    execFile(tool, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve({ code: 0, stdout, stderr });
      if (typeof error.code === 'number') return resolve({ code: error.code, stdout, stderr });
      reject(new Error(`${tool} ${args.join(' ')} did not end by itself: ${stderr}`, { cause: error }));
    });
  });
}

/** The same for one that must end with 0; gives what it printed. */
export async function succeed(
  tool: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(tool, args, env);
  assert.equal(code, 0, `${tool} ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return stdout.trim();
}

export const docker = (...args: readonly string[]): Promise<string> => succeed('docker', args);

/** Waits until it holds, for as long as the test may take. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await setTimeout(100);
}

/** Waits until it holds of a tool at work. Fails where the tool ends before. */
export async function reached(work: Promise<Ended>, holds: () => Promise<boolean>): Promise<void> {
  let ended: Ended | undefined;
  work.then(
    (end) => {
      ended = end;
    },
    () => {
      // Whoever awaits it hears of it.
    },
  );
  await until(async () => ended !== undefined || (await holds()));
  assert.equal(ended, undefined, `it ended too soon: ${ended?.stderr}${ended?.stdout}`);
}

/** Gives podman images that Docker has built. */
export async function loadForPodman(...images: readonly string[]): Promise<void> {
  const archive = join(tmpdir(), `images-${process.pid}.tar`);
  await docker('save', '--output', archive, ...images);
  await succeed('podman', ['load', '--quiet', '--input', archive]);
  rmSync(archive);
}
