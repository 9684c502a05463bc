import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { projectRoot, testFolder } from '../harness/files.ts';

/** Starts the entrypoint with a stand-in for `drydock`, which is this shell script. */
function entrypoint(t: TestContext, drydock: string, ...args: string[]) {
  const folder = testFolder(t);
  writeFileSync(join(folder, 'drydock'), `#!/bin/sh\n${drydock}\n`, { mode: 0o755 });
  const child = spawn('sh', [join(projectRoot, 'entrypoint.sh'), ...args], {
    cwd: folder,
    env: { ...process.env, PATH: `${folder}:${process.env['PATH']}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const ended = once(child, 'close').then(([code]) => ({ code, stdout }));
  return { child, folder, ended };
}

test('after the upgrade the entrypoint becomes the command it was given, arguments kept', async (t) => {
  const { ended } = entrypoint(t, 'echo "drydock $*"', 'sh', '-c', 'echo "$1"; exit 7', 'app', 'two words');
  assert.deepEqual(await ended, { code: 7, stdout: 'drydock upgrade\ntwo words\n' });
});

test('where the upgrade fails, the command never starts and the exit code is that of the upgrade', async (t) => {
  const { ended } = entrypoint(t, 'exit 20', 'echo', 'started');
  assert.deepEqual(await ended, { code: 20, stdout: '' });
});

test('without a command, the entrypoint is the upgrade', async (t) => {
  assert.deepEqual(await entrypoint(t, 'echo "$*"; exit 3').ended, { code: 3, stdout: 'upgrade\n' });
});

// A stand-in ends by itself, so that one which no signal reached fails its test instead of holding it up.
const waits = 'n=0; while [ $n -lt 200 ]; do sleep 0.05; n=$((n+1)); done; echo "not stopped"';

test('SIGTERM reaches the upgrade, whose ending is waited for', async (t) => {
  const drydock = `trap 'sleep 0.2; echo stopped; exit 23' TERM\n: > ready\n${waits}`;
  const { child, folder, ended } = entrypoint(t, drydock, 'echo', 'started');
  while (!existsSync(join(folder, 'ready'))) await setTimeout(10);
  child.kill('SIGTERM');
  assert.deepEqual(await ended, { code: 23, stdout: 'stopped\n' });
});

test('SIGTERM in the moment in which the upgrade starts leaves no upgrade alone', async (t) => {
  const drydock = `trap 'exit 23' TERM\nkill -TERM $PPID\n${waits}`;
  const goes = Array.from({ length: 20 }, () => entrypoint(t, drydock, 'echo', 'started').ended);
  for (const end of await Promise.all(goes)) assert.deepEqual(end, { code: 23, stdout: '' });
});
