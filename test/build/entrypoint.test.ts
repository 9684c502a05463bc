import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { exitCodes } from '../../src/errors.ts';
import { projectRoot, testFolder } from '../harness/files.ts';

/** Starts the entrypoint with a stand-in for `drydock`, which is this shell script. */
function entrypoint(t: TestContext, drydock: string, ...args: string[]) {
  return entrypointWith(t, {}, drydock, ...args);
}

function entrypointWith(t: TestContext, env: Record<string, string>, drydock: string, ...args: string[]) {
  const folder = testFolder(t);
  writeFileSync(join(folder, 'drydock'), `#!/bin/sh\n${drydock}\n`, { mode: 0o755 });
  const child = spawn('sh', [join(projectRoot, 'entrypoint.sh'), ...args], {
    cwd: folder,
    env: { ...process.env, ...env, PATH: `${folder}:${process.env['PATH']}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(child, 'close');
  const ended = closed.then(([code]) => ({ code, stdout }));
  return { child, folder, ended, said: () => closed.then(() => stderr) };
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

test('honest exit: what it repeats of its variables and its command cannot pass for a line of its own', async (t) => {
  const nasty = '\u001b[2J\u009b1m\u202e\ndrydock: All is well.';
  const told = [
    await entrypointWith(t, { DRYDOCK_SKIP: nasty }, 'exit 0', 'true').said(),
    await entrypointWith(t, { DRYDOCK_ON_FAILURE: nasty }, 'exit 0', 'true').said(),
    (await entrypointWith(t, { DRYDOCK_ON_FAILURE: 'start' }, 'exit 20', nasty).said()).split('\n')[0] ?? '',
  ];
  for (const line of told) assert.match(line, /^drydock: [ -~]*\?drydock: All is well[ -~]*\n?$/);
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

test('a command that SIGTERM was meant for does not start, though the upgrade ended well', async (t) => {
  const drydock = `trap 'exit 0' TERM\nkill -TERM $PPID\n${waits}`;
  assert.deepEqual(await entrypoint(t, drydock, 'echo', 'started').ended, { code: 143, stdout: '' });
});

test('with DRYDOCK_ON_FAILURE=start the command starts after 20 and 21, and after no other code', async (t) => {
  const codes = [1, 137, 143, ...Object.values(exitCodes)];
  const ends = await Promise.all(
    codes.map(async (code) => {
      const { ended } = entrypointWith(t, { DRYDOCK_ON_FAILURE: 'start' }, `exit ${code}`, 'echo', 'started');
      return { code, ended: await ended };
    }),
  );
  const started = ends.filter(({ ended }) => ended.stdout === 'started\n' && ended.code === 0);
  assert.deepEqual(started.map(({ code }) => code).sort(), [20, 21]);
  for (const { code, ended } of ends.filter((end) => !started.includes(end)))
    assert.deepEqual(ended, { code, stdout: '' });
});

test('with DRYDOCK_ON_FAILURE=start a signal still ends it', async (t) => {
  const drydock = `trap 'exit 20' TERM\nkill -TERM $PPID\n${waits}`;
  const { ended } = entrypointWith(t, { DRYDOCK_ON_FAILURE: 'start' }, drydock, 'echo', 'started');
  assert.deepEqual(await ended, { code: 20, stdout: '' });
});

test('with DRYDOCK_SKIP=1 nothing is upgraded, and it says so', async (t) => {
  const go = (skip: string, ...args: string[]) => entrypointWith(t, { DRYDOCK_SKIP: skip }, 'echo upgraded', ...args);
  const skipped = go('1', 'echo', 'started');
  assert.deepEqual(await skipped.ended, { code: 0, stdout: 'started\n' });
  assert.equal(await skipped.said(), 'drydock: not upgraded, since DRYDOCK_SKIP is 1\n');
  assert.deepEqual(await go('1').ended, { code: 0, stdout: '' });
  assert.deepEqual(await go('0', 'echo', 'started').ended, { code: 0, stdout: 'upgraded\nstarted\n' });
});

test('a value that is none is refused with 2 and one line, before anything is done', async (t) => {
  for (const [name, value] of [
    ['DRYDOCK_SKIP', 'yes'],
    ['DRYDOCK_SKIP', ''],
    ['DRYDOCK_ON_FAILURE', 'continue'],
    ['DRYDOCK_ON_FAILURE', ''],
  ] as const) {
    const { ended, said } = entrypointWith(t, { [name]: value }, 'echo upgraded', 'echo', 'started');
    assert.deepEqual(await ended, { code: 2, stdout: '' });
    assert.match(await said(), new RegExp(`^drydock: ${name} is '${value}'\\. Nothing was changed\\. Set it .*\\.\n$`));
  }
});
