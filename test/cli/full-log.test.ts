/** A log that cannot be written, since its volume is full: what the run does and its exit code stay what they are. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { configure, dueWindow } from '../daemon/helpers.ts';
import { commandPath } from '../harness/command.ts';
import { versions } from '../harness/dump.ts';
import { sqlRevision } from '../harness/files.ts';
import { alembicAt, type Project, project, tableRevision } from '../harness/project.ts';

function startWithFullLog(t: TestContext, { root }: Project, verb: string) {
  const child = spawn(process.execPath, [commandPath, verb], {
    cwd: root,
    stdio: ['ignore', 'pipe', openSync('/dev/full', 'w')],
  });
  t.after(() => child.kill('SIGKILL'));
  return { child, ended: once(child, 'exit').then(([code]) => code) };
}

test('an upgrade ends as it would have ended', async (t) => {
  const it = project(t, { 'a1.sql': tableRevision('a1', undefined) }, alembicAt());
  assert.equal(await startWithFullLog(t, it, 'upgrade').ended, 0);
  assert.deepEqual(versions(it.database), ['a1']);

  const failing = project(t, { 'a1.sql': sqlRevision('a1', undefined, 'SELECT * FROM nowhere;') }, alembicAt());
  assert.equal(await startWithFullLog(t, failing, 'upgrade').ended, 20);
});

function codeWith(t: TestContext, { root }: Project, args: readonly string[], stdout: 'full' | 'closed') {
  const child = spawn(process.execPath, [commandPath, ...args], {
    cwd: root,
    stdio: ['ignore', stdout === 'full' ? openSync('/dev/full', 'w') : 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  child.stdout?.destroy();
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return once(child, 'close').then(([code]) => ({ code, plain: stderr.replace(/^\{.*\n/gm, '') }));
}

test('a report that cannot be written changes nothing of how a run ended', async (t) => {
  const revisions = { 'a1.sql': tableRevision('a1', undefined), 'a2.sql': tableRevision('a2', 'a1') };
  const it = project(t, revisions, alembicAt());
  assert.deepEqual(await codeWith(t, it, ['upgrade', 'a1'], 'closed'), { code: 0, plain: '' });
  const told = 'drydock: The answer could not be written to stdout (ENOSPC). What was done stands.\n';
  assert.deepEqual(await codeWith(t, it, ['upgrade'], 'full'), { code: 0, plain: told });
  assert.deepEqual(versions(it.database), ['a2']);
});

test('an answer that cannot be written is none, unless nobody wanted it', async (t) => {
  const it = project(t, { 'a1.sql': tableRevision('a1', undefined) }, alembicAt());
  const told = 'drydock: The answer could not be written to stdout (ENOSPC).\n';
  assert.deepEqual(await codeWith(t, it, ['heads'], 'full'), { code: 1, plain: told });
  assert.deepEqual(await codeWith(t, it, ['heads'], 'closed'), { code: 0, plain: '' });
});

test('the daemon does its window, and lives', async (t) => {
  const it = project(t, { 'a1.sql': tableRevision('a1', undefined) }, alembicAt());
  configure(it, dueWindow(it, 'nightly', 'upgrade'));
  const { child, ended } = startWithFullLog(t, it, 'daemon');
  const done = async () => {
    while (child.exitCode === null && versions(it.database).length === 0) await setTimeout(50);
  };
  await done();
  assert.equal(child.exitCode, null);
  child.kill('SIGTERM');
  assert.equal(await ended, 0);
});
