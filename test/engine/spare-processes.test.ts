/** The processes that an upgrade starts ahead of the work for them. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import { test } from 'node:test';
import { commandPath } from '../harness/command.ts';
import { drydock, startDrydock } from '../harness/drydock.ts';
import { revisionFolder, sqlRevision, testFolder } from '../harness/files.ts';
import { gone } from '../harness/kill.ts';
import { lockHolder } from '../lock/helpers-lock-holder.ts';

const countsStarts = `
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
if (isMainThread) appendFileSync(process.env.STARTS, process.argv[1] + '\\n');
`;

test('an upgrade starts an engine and an inspector, one of each, and one with nothing pending starts neither', async (t) => {
  const { folder, upgrade } = project(t);
  const preload = join(folder, 'counts-starts.mjs');
  writeFileSync(preload, countsStarts);
  const started = async () => {
    const STARTS = join(folder, 'starts');
    writeFileSync(STARTS, '');
    const { code } = await drydock(upgrade, { env: { NODE_OPTIONS: `--import=${preload}`, STARTS } });
    assert.equal(code, 0);
    return readFileSync(STARTS, 'utf8')
      .trimEnd()
      .split('\n')
      .map((path) => (path === commandPath ? 'command' : parse(path).name))
      .sort();
  };
  assert.deepEqual(await started(), ['command', 'engine', 'inspector']);
  assert.deepEqual(await started(), ['command']);
});

test('processes that wait for work end with the run that started them', async (t) => {
  const { upgrade } = project(t);
  const run = startDrydock(upgrade, { pauseAt: 'phase:preflight' });
  t.after(() => run.process.kill('SIGKILL'));
  const pids = childrenOf(await run.reached());
  assert.equal(pids.length, 2);
  run.process.kill('SIGKILL');
  await run.finished;
  await allGone(pids);
});

test('a run does without the processes that were killed before it needed them', async (t) => {
  const { upgrade } = project(t);
  const run = startDrydock(upgrade, { pauseAt: 'phase:preflight' });
  t.after(() => run.process.kill('SIGKILL'));
  const pids = childrenOf(await run.reached());
  assert.equal(pids.length, 2);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await allGone(pids);
  run.goOn();
  const { code, stderr } = await run.finished;
  assert.equal(code, 0, stderr);
});

test('while a run waits for another one, nothing of it waits beside it', async (t) => {
  const { database, upgrade } = project(t);
  const holder = await lockHolder(t, database);
  await holder.lock();
  const run = startDrydock(upgrade);
  t.after(() => run.process.kill('SIGKILL'));
  await run.logged(({ msg }) => msg?.startsWith('waiting') === true);
  await allGone(childrenOf(run.process.pid));
  await holder.release();
  const { code, stderr } = await run.finished;
  assert.equal(code, 0, stderr);
});

function project(t: Parameters<typeof testFolder>[0]) {
  const folder = testFolder(t);
  const database = join(folder, 'app.db');
  writeFileSync(database, '');
  const migrations = revisionFolder(folder, { 'a.sql': sqlRevision('a', undefined, 'CREATE TABLE t (a);') });
  return { folder, database, upgrade: ['upgrade', '--database', database, '--migrations', migrations] };
}

function childrenOf(pid: number | undefined): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

async function allGone(pids: readonly number[]): Promise<void> {
  for (const pid of pids) await gone(pid);
}
