/** The daemon's loop under a clock that the test turns: what opens when, and what becomes of tasks that fail. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadConfig } from '../../src/config/config.ts';
import type { DaemonEvent } from '../../src/daemon/daemon-events.ts';
import { openMemory } from '../../src/daemon/daemon-state.ts';
import { runSchedule } from '../../src/daemon/scheduler.ts';
import { readStatus, type Status } from '../../src/daemon/status.ts';
import type { WindowSurroundings } from '../../src/daemon/window-run.ts';
import { DrydockError, type ErrorCode } from '../../src/errors.ts';
import { type Layout, layoutFor } from '../../src/files/layout.ts';
import type { RunRecord } from '../../src/records/run-record.ts';
import { writeRunRecord } from '../../src/records/store.ts';
import { Stop } from '../../src/stop.ts';
import { createDatabase, testFolder } from '../harness/files.ts';
import { TurnedClock } from './turned-clock.ts';

const minute = 60_000;
const berlin = 'time_zone: Europe/Berlin';

/** What a task does in a test: how long it takes, and how it ends; the attempt counts from 1. */
type Play = (task: string, attempt: number) => { readonly takes?: number; readonly fails?: ErrorCode };

async function scene(t: TestContext, windows: string, start: string, play: Play = () => ({})) {
  const root = testFolder(t);
  const database = createDatabase(join(root, 'app.db'), 'delete', 'CREATE TABLE t (n)');
  mkdirSync(join(root, 'config'));
  const configure = async (text: string) => {
    writeFileSync(join(root, 'config/drydock.yaml'), `database: ../app.db\nwindows:\n${text}`);
    config = await loadConfig({ cwd: root, env: {}, flags: {} });
  };
  let config = await loadConfig({ cwd: root, env: {}, flags: { database } });
  await configure(windows);
  const clock = new TurnedClock(start);
  const layout = layoutFor({ database });
  const events: DaemonEvent[] = [];
  const log: string[] = [];
  const attempts = new Map<string, number>();
  const shown = () => clock.now().toISOString().slice(0, 16);

  const runTask: WindowSurroundings['runTask'] = async (task, _config, { signal }) => {
    const attempt = (attempts.get(task) ?? 0) + 1;
    attempts.set(task, attempt);
    log.push(`${shown()} ${task}`);
    const { takes = 0, fails } = play(task, attempt);
    const ends = clock.now().getTime() + takes;
    while (clock.now().getTime() < ends && !signal.aborted) {
      await clock.wait(Math.min(takes, minute), signal);
    }
    const reason: unknown = signal.reason;
    if (signal.aborted && reason instanceof Stop) {
      log.push(`${shown()} ${task} was stopped by ${reason.message}`);
      throw new DrydockError('STOPPED', { what: 'it was stopped' });
    }
    if (fails !== undefined) throw new DrydockError(fails, { what: `${task} failed` });
    return { outcome: 'done', sentence: 'It is done.' };
  };
  /** Starts a daemon; what it gives ends it as SIGTERM would. */
  const start_ = (random = 0) => {
    const controller = new AbortController();
    const memory = openMemory(layout, (message) => events.push({ kind: 'warning', message }));
    const tell = (event: DaemonEvent) => {
      events.push(event);
    };
    const observer = () => undefined;
    const ended = runSchedule({
      config: () => config,
      memory,
      clock,
      random: () => random,
      runTask,
      observer,
      tell,
      stop: controller.signal,
    });
    const end = async () => {
      controller.abort(new Stop('SIGTERM'));
      await ended;
    };
    t.after(end);
    return end;
  };
  const kinds = (kind: DaemonEvent['kind']) => events.filter((event) => event.kind === kind);
  return { clock, log, events, kinds, layout, configure, start: start_, root, database };
}

const nightly = (...more: string[]) =>
  ` - { name: nightly, cron: 30 2 * * *, tasks: [snapshot], ${[berlin, ...more].join(', ')} }`;

test('in the night in which 02:30 is skipped the window opens at 03:00, once', async (t) => {
  const { clock, log, start } = await scene(t, nightly(), '2026-03-28T00:00:00Z');
  start();
  await clock.passUntil('2026-03-30T12:00:00Z');
  assert.deepEqual(log, ['2026-03-28T01:30 snapshot', '2026-03-29T01:00 snapshot', '2026-03-30T00:30 snapshot']);
});

test('in the night in which 02:30 comes twice the window opens in the first hour, once', async (t) => {
  const { clock, log, start } = await scene(t, nightly('duration: 2h'), '2026-10-24T00:00:00Z');
  start();
  await clock.passUntil('2026-10-26T12:00:00Z');
  assert.deepEqual(log, ['2026-10-24T00:30 snapshot', '2026-10-25T00:30 snapshot', '2026-10-26T01:30 snapshot']);
});

test('a clock that is set back does not open a window again', async (t) => {
  const { clock, log, start } = await scene(t, nightly(), '2026-06-01T00:00:00Z');
  start();
  await clock.passUntil('2026-06-01T01:00:00Z');
  clock.set('2026-06-01T00:00:00Z');
  await clock.passUntil('2026-06-02T12:00:00Z');
  assert.deepEqual(log, ['2026-06-01T00:30 snapshot', '2026-06-02T00:30 snapshot']);
});

test('a clock that was years ahead for a while does not keep windows shut when it is right again', async (t) => {
  const { clock, log, start } = await scene(t, nightly(), '2036-06-01T00:00:00Z');
  start();
  await clock.passUntil('2036-06-01T01:00:00Z');
  clock.set('2026-06-01T12:00:00Z');
  await clock.passUntil('2026-06-02T12:00:00Z');
  assert.deepEqual(log, ['2036-06-01T00:30 snapshot', '2026-06-02T00:30 snapshot']);
});

test('a clock that jumps over a window has missed it: it is skipped, or made up for with its whole duration', async (t) => {
  const skipping = await scene(t, nightly(), '2026-06-01T00:00:00Z');
  skipping.start();
  await skipping.clock.passUntil('2026-06-01T00:10:00Z');
  skipping.clock.set('2026-06-03T12:00:00Z');
  await skipping.clock.passUntil('2026-06-04T12:00:00Z');
  assert.deepEqual(skipping.log, ['2026-06-04T00:30 snapshot']);
  const [missed] = skipping.kinds('window-missed');
  assert.ok(missed?.kind === 'window-missed' && missed.at.toISOString() === '2026-06-03T00:30:00.000Z');
  assert.equal(skipping.kinds('window-missed').length, 1);

  const late = await scene(t, nightly('missed: run-late', 'jitter: 30m'), '2026-06-01T00:00:00Z');
  late.start(0.9);
  await late.clock.passUntil('2026-06-01T00:10:00Z');
  late.clock.set('2026-06-03T12:00:00Z');
  await late.clock.passUntil('2026-06-03T20:00:00Z');
  assert.deepEqual(late.log, ['2026-06-03T12:00 snapshot']);
  const [opened] = late.kinds('window-opened');
  assert.ok(opened?.kind === 'window-opened' && opened.late);
  assert.equal(opened.closes.getTime() - Date.parse('2026-06-03T12:00:00Z') <= 60 * minute + 30_000, true);
});

test('a clock that jumps, or a daemon that comes back, into an open window uses what is left of it', async (t) => {
  const { clock, log, start, kinds } = await scene(t, nightly('duration: 3h'), '2026-06-01T00:00:00Z', () => ({
    takes: 4 * 60 * minute,
  }));
  const end = start();
  await clock.passUntil('2026-06-01T00:10:00Z');
  await end();
  clock.set('2026-06-01T02:30:00Z');
  start();
  await clock.passUntil('2026-06-01T05:00:00Z');
  assert.deepEqual(log, [
    '2026-06-01T02:30 snapshot',
    '2026-06-01T03:30 snapshot was stopped by the end of its window nightly',
  ]);
  assert.equal(kinds('window-missed').length, 0);
});

test('a daemon that ends in a window does not begin it again, and one that was away makes up for what it missed', async (t) => {
  const { clock, log, start } = await scene(t, nightly('missed: run-late'), '2026-06-01T00:00:00Z', () => ({
    takes: 30 * minute,
  }));
  const end = start();
  await clock.passUntil('2026-06-01T00:40:00Z');
  await end();
  const endAgain = start();
  await clock.passUntil('2026-06-01T20:00:00Z');
  await endAgain();
  assert.deepEqual(log.splice(0), ['2026-06-01T00:30 snapshot', '2026-06-01T00:40 snapshot was stopped by SIGTERM']);
  clock.set('2026-06-05T12:00:00Z');
  start();
  await clock.passUntil('2026-06-05T20:00:00Z');
  assert.deepEqual(log, ['2026-06-05T12:00 snapshot']);
});

test('a window that is new, or has another cron now, begins with its next opening', async (t) => {
  const { clock, log, start, configure } = await scene(t, nightly('missed: run-late'), '2026-06-01T01:00:00Z');
  start();
  await clock.passUntil('2026-06-01T12:00:00Z');
  await configure(nightly('missed: run-late').replace('30 2', '0 8'));
  await clock.passUntil('2026-06-02T12:00:00Z');
  assert.deepEqual(log, ['2026-06-02T06:00 snapshot']);
});

test('jitter puts the beginning off, and never beyond the end', async (t) => {
  const { clock, log, start } = await scene(t, nightly('jitter: 40m'), '2026-06-01T00:00:00Z');
  start(0.5);
  await clock.passUntil('2026-06-01T12:00:00Z');
  assert.deepEqual(log, ['2026-06-01T00:50 snapshot']);
});

const three = ` - { name: nightly, cron: 30 2 * * *, ${berlin}, duration: 1h, grace: 15m, tasks: [upgrade, snapshot, prune] }`;

test('after its end nothing starts in a window, and what runs is stopped at the hard end', async (t) => {
  const { clock, log, start, kinds } = await scene(t, three, '2026-06-01T00:00:00Z', (task) => ({
    takes: (task === 'upgrade' ? 40 : 60) * minute,
  }));
  start();
  await clock.passUntil('2026-06-01T12:00:00Z');
  assert.deepEqual(log, [
    '2026-06-01T00:30 upgrade',
    '2026-06-01T01:10 snapshot',
    '2026-06-01T01:45 snapshot was stopped by the end of its window nightly',
  ]);
  const [leftOut] = kinds('task-left-out');
  assert.ok(leftOut?.kind === 'task-left-out' && leftOut.task === 'prune' && leftOut.why === 'the window is over');
});

test('a task that ends within the grace is not stopped', async (t) => {
  const { clock, log, start, kinds } = await scene(t, three, '2026-06-01T00:00:00Z', () => ({ takes: 35 * minute }));
  start();
  await clock.passUntil('2026-06-01T12:00:00Z');
  assert.deepEqual(log, ['2026-06-01T00:30 upgrade', '2026-06-01T01:05 snapshot']);
  assert.equal(kinds('task-ended').filter((event) => 'outcome' in event && event.outcome === 'done').length, 2);
});

test('what may pass by itself is tried again, ever more seldom, until the window is over; the rest goes on', async (t) => {
  const busy: Play = (task) => (task === 'upgrade' ? { fails: 'BUSY' } : {});
  const { clock, log, start } = await scene(t, three, '2026-06-01T00:00:00Z', busy);
  start();
  await clock.passUntil('2026-06-01T12:00:00Z');
  const upgrades = log.filter((line) => line.endsWith('upgrade')).map((line) => line.slice(11, 16));
  // After 0.5, 1, 2, 4, 8 and then each 15 minutes.
  assert.deepEqual(upgrades, ['00:30', '00:30', '00:31', '00:33', '00:37', '00:45', '01:00', '01:15']);
  assert.deepEqual(
    log.slice(-2).map((line) => line.slice(17)),
    ['snapshot', 'prune'],
  );

  const mended: Play = (task, attempt) => (task === 'upgrade' && attempt < 3 ? { fails: 'LOCKED' } : {});
  const second = await scene(t, three, '2026-06-01T00:00:00Z', mended);
  second.start();
  await second.clock.passUntil('2026-06-01T12:00:00Z');
  assert.deepEqual(
    second.log.map((line) => line.slice(17)),
    ['upgrade', 'upgrade', 'upgrade', 'snapshot', 'prune'],
  );
});

test('a revision that fails is not tried again in the same window, and the tasks after it run', async (t) => {
  const { clock, log, start, layout } = await scene(t, three, '2026-06-01T00:00:00Z', (task) =>
    task === 'upgrade' ? { fails: 'REVISION_FAILED' } : {},
  );
  start();
  await clock.passUntil('2026-06-01T12:00:00Z');
  assert.deepEqual(
    log.map((line) => line.slice(17)),
    ['upgrade', 'snapshot', 'prune'],
  );
  assert.equal(JSON.parse(readFileSync(layout.daemonMemory, 'utf8')).held, null);
});

const careful = ` - { name: nightly, cron: 30 2 * * *, ${berlin}, tasks: [upgrade, verify, snapshot] }`;

test('after a restore the daemon writes nothing until a run of a person ended well, also after a restart', async (t) => {
  const { clock, log, start, layout, kinds } = await scene(t, careful, '2026-06-01T00:00:00Z', (task, attempt) =>
    task === 'upgrade' && attempt === 1 ? { fails: 'RESTORED' } : {},
  );
  const end = start();
  await clock.passUntil('2026-06-01T12:00:00Z');
  await end();
  start();
  await clock.passUntil('2026-06-02T12:00:00Z');
  assert.deepEqual(log.splice(0), ['2026-06-01T00:30 upgrade', '2026-06-01T00:30 verify', '2026-06-02T00:30 verify']);
  assert.equal(kinds('held').length, 1);
  writeRunRecord(layout, recordOf('rehearse', '2026-06-02T13:00:00.000Z'));
  writeRunRecord(layout, recordOf('snapshot prune', '2026-06-02T14:00:00.000Z'));
  await clock.passUntil('2026-06-03T12:00:00Z');
  assert.deepEqual(log.splice(0), ['2026-06-03T00:30 verify']);
  writeRunRecord(layout, recordOf('snapshot create', '2026-06-03T13:00:00.000Z'));
  await clock.passUntil('2026-06-04T12:00:00Z');
  assert.deepEqual(log, ['2026-06-04T00:30 upgrade', '2026-06-04T00:30 verify', '2026-06-04T00:30 snapshot']);
});

test('the grave ending of a run that somebody else started holds the writing up too', async (t) => {
  const { clock, log, start, layout } = await scene(t, careful, '2026-06-01T00:00:00Z');
  mkdirSync(layout.work);
  const failed = {
    outcome: 'failed',
    exitCode: 22,
    code: 'RESTORED',
    sentence: 'Undone',
    state: null,
    next: null,
  } as const;
  writeRunRecord(layout, { ...recordOf('upgrade', '2026-05-31T13:00:00.000Z'), ending: failed });
  // A container that is started again and again, with nothing to say of how things stand.
  for (let minutes = 10; minutes < 40; minutes += 1) {
    writeRunRecord(layout, {
      ...recordOf('upgrade', `2026-05-31T14:${minutes}:00.000Z`),
      ending: { ...failed, exitCode: 11, code: 'BUSY' },
    });
  }
  writeRunRecord(layout, recordOf('snapshot prune', '2026-05-31T15:00:00.000Z'));
  assert.equal((await statusIn(layout)).held?.what, 'Undone');
  start();
  await clock.passUntil('2026-06-01T12:00:00Z');
  assert.deepEqual(log.splice(0), ['2026-06-01T00:30 verify']);
  writeRunRecord(layout, recordOf('snapshot restore', '2026-06-01T13:00:00.000Z'));
  await clock.passUntil('2026-06-02T12:00:00Z');
  assert.equal(log.length, 3);
});

const damaged = {
  outcome: 'failed',
  exitCode: 13,
  code: 'DAMAGED_BEFORE',
  sentence: 'It is damaged',
  state: null,
  next: null,
} as const;

test('a verification that began before a run found damage is no answer to it, a later one is', async (t) => {
  const windows = ` - { name: nightly, cron: 30 2 * * *, ${berlin}, duration: 2h, tasks: [verify, prune] }`;
  const { clock, log, start, layout } = await scene(t, windows, '2026-06-01T00:00:00Z', (task) =>
    task === 'verify' ? { takes: 30 * minute } : {},
  );
  mkdirSync(layout.work);
  start();
  await clock.passUntil('2026-06-01T00:50:00Z');
  writeRunRecord(layout, {
    ...recordOf('snapshot create', '2026-06-01T00:20:00.000Z'),
    durationMs: 25 * minute,
    ending: damaged,
  });
  await clock.passUntil('2026-06-01T12:00:00Z');
  assert.deepEqual(log.splice(0), ['2026-06-01T00:30 verify']);
  const { held, ready } = await statusIn(layout);
  assert.deepEqual([held?.what, held?.since, ready], ['It is damaged', '2026-06-01T00:45:00.000Z', false]);
  await clock.passUntil('2026-06-02T12:00:00Z');
  assert.deepEqual(log, ['2026-06-02T00:30 verify', '2026-06-02T01:00 prune']);
});

test('damage that the run found which began first and ended last holds the writing up', async (t) => {
  const { clock, log, start, layout } = await scene(t, careful, '2026-06-01T00:00:00Z');
  mkdirSync(layout.work);
  writeRunRecord(layout, {
    ...recordOf('snapshot create', '2026-05-31T13:00:00.000Z'),
    durationMs: 30 * minute,
    ending: damaged,
  });
  writeRunRecord(layout, recordOf('snapshot create', '2026-05-31T13:10:00.000Z'));
  const { held, runs } = await statusIn(layout);
  assert.equal(held?.what, 'It is damaged');
  assert.equal(runs[0]?.ending.exitCode, 13);
  start();
  await clock.passUntil('2026-06-01T12:00:00Z');
  assert.deepEqual(log, ['2026-06-01T00:30 verify', '2026-06-01T00:30 snapshot']);
});

test('what a person did after it is seen at once, and lets a daemon go on that has nothing to write', async (t) => {
  const reading = ` - { name: nightly, cron: 30 2 * * *, ${berlin}, tasks: [verify] }`;
  const { clock, start, layout, kinds } = await scene(t, reading, '2026-06-01T13:00:00Z');
  mkdirSync(layout.work);
  const hold = { code: 'RESTORED' as const, since: '2026-06-01T12:00:00.000Z', what: 'Undone', next: null };
  openMemory(layout, assert.fail).change((before) => ({ ...before, held: hold }));
  // One that had the lock before proves nothing, however late it ended.
  writeRunRecord(layout, { ...recordOf('snapshot create', '2026-06-01T11:59:00.000Z'), durationMs: 30 * minute });
  start();
  await clock.passUntil('2026-06-01T13:10:00Z');
  assert.equal((await statusIn(layout)).held?.what, 'Undone');
  // One that waited for it until after that does.
  const waited = recordOf('snapshot create', '2026-06-01T11:59:30.000Z');
  const phases = [{ phase: 'lock', startMs: 0, durationMs: 32 * minute, failed: false }] as const;
  writeRunRecord(layout, { ...waited, durationMs: 33 * minute, phases });
  assert.equal((await statusIn(layout)).held, null);
  await clock.passUntil('2026-06-01T13:20:00Z');
  assert.equal(openMemory(layout, assert.fail).recall().held, null);
  assert.equal(kinds('lifted').length, 1);
});

test('a run of a person that ended well before another one failed lets nothing go on', async (t) => {
  const { clock, log, start, layout } = await scene(t, careful, '2026-06-01T00:00:00Z', (task) =>
    task === 'upgrade' ? { fails: 'RESTORED' } : {},
  );
  start();
  await clock.passUntil('2026-06-01T12:00:00Z');
  log.splice(0);
  writeRunRecord(layout, recordOf('snapshot create', '2026-06-01T13:00:00.000Z'));
  writeRunRecord(layout, { ...recordOf('upgrade', '2026-06-01T13:00:01.000Z'), ending: damaged });
  await clock.passUntil('2026-06-02T12:00:00Z');
  assert.deepEqual(log, ['2026-06-02T00:30 verify']);
});

test('what an earlier version wrote of a verification is an answer to what was found before its end', async (t) => {
  const { layout } = await scene(t, careful, '2026-06-01T00:00:00Z');
  mkdirSync(layout.work);
  writeRunRecord(layout, { ...recordOf('upgrade', '2026-05-31T13:00:00.000Z'), ending: damaged });
  const verifiedAt = (at: string) =>
    openMemory(layout, assert.fail).change((before) => ({ ...before, verified: { at, finding: null } }));
  verifiedAt('2026-05-31T12:59:00.000Z');
  assert.equal((await statusIn(layout)).held?.what, 'It is damaged');
  verifiedAt('2026-05-31T13:01:00.000Z');
  assert.equal((await statusIn(layout)).held, null);
});

test('where what other runs left cannot be read nothing is written, and what only reads is done', async (t) => {
  const { clock, log, start, layout, kinds } = await scene(t, careful, '2026-06-01T00:00:00Z');
  mkdirSync(layout.work);
  writeFileSync(layout.runs, 'not a folder');
  start();
  await clock.passUntil('2026-06-01T12:00:00Z');
  assert.deepEqual(log.splice(0), ['2026-06-01T00:30 verify']);
  assert.match(JSON.stringify(kinds('task-left-out')), /cannot be read: ENOTDIR/);
  writeFileSync(layout.snapshots, 'not a folder');
  const { ready, problems, snapshots } = await statusIn(layout);
  assert.deepEqual([ready, snapshots.count], [false, 0]);
  for (const path of [layout.runs, layout.snapshots]) {
    assert.ok(
      problems.some((problem) => problem.startsWith(`${path} cannot be accessed`)),
      problems.join(),
    );
  }
  rmSync(layout.snapshots);
  assert.equal(kinds('window-closed').length, 1);
  rmSync(layout.runs);
  await clock.passUntil('2026-06-02T12:00:00Z');
  assert.equal(log.length, 3);
});

test('damage that was found holds the writing up, and a verification that finds none lets it go on', async (t) => {
  const { clock, log, start } = await scene(t, careful, '2026-06-01T00:00:00Z', (task, attempt) =>
    task === 'verify' && attempt === 1 ? { fails: 'DAMAGED_BEFORE' } : {},
  );
  start();
  await clock.passUntil('2026-06-02T12:00:00Z');
  assert.deepEqual(log, [
    '2026-06-01T00:30 upgrade',
    '2026-06-01T00:30 verify',
    '2026-06-02T00:30 verify',
    '2026-06-02T00:30 snapshot',
  ]);
});

test('a verification does not let the writing go on while a run is unfinished', async (t) => {
  const { clock, log, start, layout } = await scene(t, careful, '2026-06-01T00:00:00Z', (task) =>
    task === 'upgrade' ? { fails: 'NOT_RESTORED' } : {},
  );
  start();
  await clock.passUntil('2026-06-01T00:10:00Z');
  writeFileSync(layout.runJournal, '{}');
  await clock.passUntil('2026-06-01T12:00:00Z');
  assert.deepEqual(log, ['2026-06-01T00:30 upgrade', '2026-06-01T00:30 verify']);
});

test('two windows that are open at once do not overlap, and one whose time has passed by then is missed', async (t) => {
  const windows = [
    ' - { name: long, cron: 0 2 * * *, duration: 3h, tasks: [upgrade, vacuum] }',
    ' - { name: waits, cron: 30 2 * * *, duration: 3h, tasks: [snapshot] }',
    ' - { name: short, cron: 30 2 * * *, duration: 10m, tasks: [prune] }',
  ].join('\n');
  const { clock, log, start, kinds } = await scene(t, windows, '2026-06-01T00:00:00Z', () => ({ takes: 60 * minute }));
  start();
  await clock.passUntil('2026-06-01T12:00:00Z');
  assert.deepEqual(log, ['2026-06-01T02:00 upgrade', '2026-06-01T03:00 vacuum', '2026-06-01T04:00 snapshot']);
  assert.deepEqual(
    kinds('window-missed').map((event) => 'window' in event && event.window),
    ['short'],
  );
});

test('where the daemon cannot write down what it did, it does it once all the same, and says so', async (t) => {
  const { clock, log, start, kinds, database, root } = await scene(t, nightly(), '2026-06-01T00:00:00Z');
  start();
  await clock.passUntil('2026-06-01T00:10:00Z');
  renameSync(database, join(root, 'away.db'));
  rmSync(`${database}.drydock`, { recursive: true });
  await clock.passUntil('2026-06-02T12:00:00Z');
  assert.deepEqual(log, ['2026-06-01T00:30 snapshot', '2026-06-02T00:30 snapshot']);
  assert.equal(kinds('warning').length, 1);
});

test('what the daemon wrote down and nobody understands keeps it from starting', async (t) => {
  const { layout } = await scene(t, nightly(), '2026-06-01T00:00:00Z');
  mkdirSync(layout.work);
  writeFileSync(layout.daemonMemory, '{"format": 2}');
  assert.throws(
    () => openMemory(layout, () => undefined),
    (error) => error instanceof DrydockError && error.code === 'PREFLIGHT' && error.what.includes('daemon.json'),
  );
});

async function statusIn(layout: Layout): Promise<Status> {
  const config = await loadConfig({ cwd: dirname(layout.database), env: {}, flags: {} });
  const memory = openMemory(layout, assert.fail).recall();
  return readStatus({ config, layout, memory, activity: null, now: new Date() }, undefined);
}

function recordOf(command: RunRecord['command'], startedAt: string): RunRecord {
  return {
    format: 1,
    runId: `000000${startedAt.slice(11, 13)}-0000-4000-8000-000000000000`,
    command,
    targets: [],
    database: '/data/app.db',
    startedAt,
    durationMs: 1,
    ending: { outcome: 'done', exitCode: 0, sentence: 'Done.' },
    from: [],
    to: [],
    planned: [],
    phases: [],
    waits: [],
    steps: [],
    checks: [],
    schema: null,
    losses: [],
    snapshot: null,
    pruned: [],
    recovered: null,
    warnings: [],
    toolVersion: '0.1.0',
    nodeVersion: '26.0.0',
    hostname: 'here',
  };
}
