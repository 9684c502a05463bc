/** What may stand where the visible lock is to be made, and what a run and `drydock unlock` do about it. */
import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { sqlRevision } from '../harness/files.ts';
import { assertFailed, assertNothingLeft, base, contentOf, history, type Scene, scene } from '../harness/scene.ts';
import { lockHolder } from './helpers-lock-holder.ts';

const files = {
  ...base,
  '002.sql': sqlRevision('002', '001_base', 'ALTER TABLE parent ADD COLUMN a;', 'ALTER TABLE parent DROP COLUMN a;'),
};

interface Place {
  readonly what: string;
  readonly make: (lock: string) => void;
}

/** Locks whose holder is dead: a run takes them, and so does unlock. */
const dead: readonly Place[] = [
  { what: 'a stale lock directory', make: (lock) => directoryOf(lock, -3600) },
  { what: 'a lock directory of this moment whose holder is gone', make: (lock) => directoryOf(lock, 0) },
  { what: 'a lock directory from an hour ahead', make: (lock) => directoryOf(lock, 3600) },
];

/** Things that are no lock: nobody but a person knows whether they may go. */
const foreign: readonly Place[] = [
  { what: 'a plain file', make: (lock) => writeFileSync(lock, '') },
  {
    what: 'a directory that is not empty',
    make: (lock) => {
      directoryOf(lock, -3600);
      writeFileSync(join(lock, 'pid'), '1');
    },
  },
  { what: 'a symbolic link to nowhere', make: (lock) => symlinkSync('nowhere', lock) },
];

describe('what stands in the place of the visible lock', { concurrency: 4 }, () => {
  for (const { what, make } of dead) {
    test(`one at a time: ${what} is taken over by a run`, async (t) => {
      const { it, lock } = locked(t, make);
      const result = await it.run(['upgrade', '--lock-timeout', '1s']);
      assert.equal(result.code, 0, result.stderr);
      assert.ok(result.log.some(({ msg }) => msg === `waiting for the lock directory ${lock}`));
      assert.deepEqual(history(it.database), ['up 002 done']);
      assertNothingLeft(it);
    });

    test(`honest exit: unlock removes ${what}`, async (t) => {
      const { it, lock } = locked(t, make);
      const result = await it.run(['unlock', '--json']);
      assert.equal(result.code, 0, result.stderr);
      assert.equal(result.json()['outcome'], 'removed');
      assert.ok(!existsSync(lock));
    });
  }

  for (const { what, make } of foreign) {
    for (const command of ['upgrade', 'unlock']) {
      test(`honest exit: ${command} leaves ${what} alone`, async (t) => {
        const { it, lock } = locked(t, make);
        const before = contentOf(it);
        const there = describePath(lock);
        assertFailed(await it.run([command]), 12, lock, 'is not an empty lock directory', 'remove it');
        assert.equal(describePath(lock), there);
        assert.equal(contentOf(it), before);
      });
    }
  }

  for (const earlier of [false, true]) {
    const after = earlier ? ', even where it has the inode of a run that ended well' : '';
    test(`one at a time: a living lock of another tool is not taken away${after}`, async (t) => {
      const { it, lock } = locked(t);
      const before = contentOf(it);
      const holder = await lockHolder(t, it.database);
      // The directory of this run is gone, and a file system gives its inode to the very next file that is made.
      if (earlier) assert.equal((await it.run(['snapshot', 'create'])).code, 0);
      await holder.lock();

      assertFailed(await it.run(['upgrade', '--lock-timeout', '1s']), 10, lock, 'Another tool holds', '--lock-timeout');
      assertFailed(await it.run(['unlock']), 10, lock);

      assert.equal(await holder.release(), 'held throughout');
      assert.equal(contentOf(it), before);
      assert.equal((await it.run(['upgrade'])).code, 0);
    });
  }

  test('one at a time: what a SIGKILLed run left is taken over at once', async (t) => {
    const { it, lock } = locked(t);
    await killInTheMiddle(it);
    assert.ok(existsSync(lock));

    const result = await it.run(['upgrade']);

    assert.equal(result.code, 0, result.stderr);
    assert.ok(!result.log.some(({ msg }) => msg?.startsWith('waiting for the lock directory')), result.stderr);
    assert.deepEqual(history(it.database), ['up 002 done']);
    assertNothingLeft(it);
  });

  test('honest exit: unlock removes what a SIGKILLed run left and says who it was', async (t) => {
    const { it, lock } = locked(t);
    const runId = await killInTheMiddle(it);
    const result = await it.run(['unlock', '--json']);
    assert.equal(result.code, 0, result.stderr);
    assert.equal(result.json<{ owner: { runId: string } }>().owner.runId, runId);
    assert.ok(!existsSync(lock));
    assert.equal((await it.run(['unlock', '--json'])).json()['outcome'], 'was-free');
    assert.equal((await it.run(['upgrade'])).code, 0);
  });

  test('honest exit: unlock of a database that nobody has locked', async (t) => {
    const { it } = locked(t);
    const result = await it.run(['unlock', '--json']);
    assert.equal(result.code, 0, result.stderr);
    assert.equal(result.json()['outcome'], 'was-free');
  });

  test('one at a time: who waits, and who unlocks, is told who holds the lock', async (t) => {
    const { it, lock } = locked(t);
    const run = it.start(['upgrade'], { pauseAt: 'engine:step:0' });
    await run.reached();
    const owner = JSON.parse(readFileSync(`${it.database}.drydock/owner.json`, 'utf8')) as Record<string, unknown>;
    assert.equal(owner['pid'], run.process.pid);
    assert.equal(owner['host'], hostname());
    assert.equal(owner['command'], 'upgrade');
    const who = `drydock upgrade, run ${owner['runId']}, pid ${owner['pid']} on host ${hostname()}, since `;

    const waiter = await it.run(['downgrade', 'base', '--lock-timeout', '1s']);
    assertFailed(waiter, 10, who, '--lock-timeout', 'Nothing was changed by this run');
    const wait = waiter.log.find(({ waitingFor }) => waitingFor === 'the lock of another Drydock run');
    assert.ok(String(wait?.['holder']).startsWith(who), waiter.stderr);
    assertFailed(await it.run(['unlock']), 10, who);
    assert.ok(existsSync(lock));

    run.goOn();
    assert.equal((await run.finished).code, 0);
    assert.deepEqual(history(it.database), ['up 002 done']);
    assertNothingLeft(it);
  });

  test('one at a time: a run whose lock between runs was removed in the middle does not commit', async (t) => {
    const { it } = locked(t);
    const before = contentOf(it);
    const run = it.start(['upgrade'], { pauseAt: 'engine:step:0' });
    await run.reached();
    rmSync(`${it.database}.drydock/runner.lock`);
    run.goOn();
    const result = await run.finished;
    assert.equal(result.code, 1, result.stderr);
    for (const part of ['runner.lock was replaced while it was held', 'The database is unchanged'])
      assert.ok(result.error.includes(part), result.error);
    assert.equal(contentOf(it), before);
    assertNothingLeft(it);
  });

  test('honest exit: the lock directory removed by hand in the middle is warned of, and the run ends right', async (t) => {
    const { it, lock } = locked(t);
    const run = it.start(['upgrade'], { pauseAt: 'engine:step:0' });
    await run.reached();
    rmdirSync(lock);
    await run.logged(({ msg }) => msg?.startsWith(`the lock directory ${lock} was removed or taken over`) === true);
    assertFailed(await it.run(['upgrade', '--lock-timeout', '1s']), 10, 'Another run still holds the lock');
    run.goOn();
    const result = await run.finished;
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(history(it.database), ['up 002 done']);
    assertNothingLeft(it);
  });

  test('one at a time: a lock directory that another tool took in the middle is left to it', async (t) => {
    const { it, lock } = locked(t);
    const holder = await lockHolder(t, it.database);
    // Just before the end, so that no heartbeat has noticed it.
    const run = it.start(['upgrade'], { pauseAt: 'phase:unlock' });
    await run.reached();
    rmdirSync(lock);
    await holder.lock();
    run.goOn();
    const result = await run.finished;
    assert.equal(result.code, 0, result.stderr);
    assert.ok(existsSync(lock), "the other tool's lock is still there");
    assert.equal(await holder.release(), 'held throughout');
  });

  test('honest exit: a file put into the lock directory in the middle does not spoil the run', async (t) => {
    const { it, lock } = locked(t);
    const run = it.start(['upgrade'], { pauseAt: 'engine:step:0' });
    await run.reached();
    writeFileSync(join(lock, 'note'), 'hands off');
    run.goOn();
    const result = await run.finished;
    assert.equal(result.code, 0, result.stderr);
    assert.ok(
      result.log.some(({ level, msg }) => level === 40 && msg?.includes(lock)),
      result.stderr,
    );
    assert.deepEqual(history(it.database), ['up 002 done']);
    assert.deepEqual(readdirSync(lock), ['note']);
  });
});

function locked(t: TestContext, make: (lock: string) => void = () => undefined): { it: Scene; lock: string } {
  const it = scene(t, { mode: 'wal', files });
  const lock = `${it.database}.lock`;
  make(lock);
  return { it, lock };
}

/** @param ageSeconds Of its mtime, from now. */
function directoryOf(lock: string, ageSeconds: number): void {
  mkdirSync(lock);
  const seconds = Date.now() / 1000 + ageSeconds;
  utimesSync(lock, seconds, seconds);
}

function describePath(path: string): string {
  const { mode, ino, mtimeMs } = lstatSync(path);
  return JSON.stringify({ mode, ino, mtimeMs });
}

/** @returns The id of the run. */
async function killInTheMiddle(it: Scene): Promise<string> {
  const run = it.start(['upgrade'], { pauseAt: 'engine:step:0' });
  await run.reached();
  run.process.kill('SIGKILL');
  const { log, signal } = await run.finished;
  assert.equal(signal, 'SIGKILL');
  return String(log.find((line) => line['runId'] !== undefined)?.['runId']);
}
