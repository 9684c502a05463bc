/** What bites later, or what a run copes with: doctor says so, and touches nothing. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs, { chownSync, existsSync, linkSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { loadConfig } from '../../src/api/load-config.ts';
import { diagnose } from '../../src/doctor/doctor.ts';
import type { DoctorFinding, ProbeName } from '../../src/doctor/finding.ts';
import { startDrydock } from '../harness/drydock.ts';
import { type Place, place } from '../harness/place.ts';
import { folderState } from '../harness/refusal.ts';
import { otherProcess } from '../harness/writer.ts';

// The versions of what is installed here are no matter of this file: test/doctor/other-sqlite.test.ts.
process.env['PATH'] = '';

/** Every finding that is not `ok`, in a process that has no lock to lose. */
async function notices({ root }: Place, ...exceptContentOf: readonly RegExp[]): Promise<readonly DoctorFinding[]> {
  const config = await loadConfig({}, { cwd: root, env: {} });
  const before = folderState(root, exceptContentOf);
  const { findings, refusal } = diagnose(config);
  assert.equal(folderState(root, exceptContentOf), before, 'nothing is touched');
  assert.equal(refusal, null);
  return findings.filter(({ level }) => level !== 'ok');
}

function assertOnly(found: readonly DoctorFinding[], expected: Partial<Record<ProbeName, RegExp>>): void {
  assert.deepEqual(found.map(({ probe }) => probe).toSorted(), Object.keys(expected).toSorted(), JSON.stringify(found));
  for (const { probe, level, message, next } of found) {
    assert.equal(level, 'notice');
    assert.match(message, expected[probe] ?? /^$/);
    assert.match(String(next), /\w/);
  }
}

test('a sound place has nothing to notice, and every probe says what it saw', async (t) => {
  const here = place(t);
  const result = await here.run(['doctor']);
  assert.equal(result.code, 0, result.stdout);
  assert.equal(result.stderr, '');
  assert.doesNotMatch(result.stdout, /^(notice|problem)/m);
  assert.match(result.stdout, /^ok {7}history +the database is at 001_items, and 1 revision is pending\.$/m);
  assert.match(result.stdout, /app\.db is ready for a run\.\n$/);
  assert.deepEqual(await notices(here), []);
});

test('a killed writer in a rollback-journal mode leaves a hot journal, which is named and not rolled back', async (t) => {
  const here = place(t);
  const other = await otherProcess(here.database, 1000);
  t.after(() => other.end());
  // More pages than the cache holds: they are in the file, and what was there before in the journal.
  await other.run('PRAGMA cache_size = 5');
  await other.run('BEGIN IMMEDIATE');
  await other.run("UPDATE items SET name = name || 'x'");
  assertOnly(await notices(here), {
    database: /locked|hot journal/,
    journal: /app\.db-journal belongs to a transaction that pid \d+ \(.+\) is writing/,
    users: /^pid \d+ \(.+\) has the database open$/,
  });
  other.process.kill('SIGKILL');
  await once(other.process, 'exit');
  assert.ok(existsSync(`${here.database}-journal`));
  assertOnly(await notices(here), { database: /hot journal/, journal: /app\.db-journal is hot/ });
  const upgrade = await here.run(['upgrade']);
  assert.equal(upgrade.code, 0, upgrade.stderr);
  assertOnly(await notices(here), {});
});

test('a run at work is said to be at work, and one that was killed to have been interrupted', async (t) => {
  const here = place(t);
  const running = startDrydock(['upgrade'], { cwd: here.root, pauseAt: 'phase:check' });
  t.after(() => running.process.kill('SIGKILL'));
  await running.reached();
  const working = await here.run(['doctor', '--json']);
  assert.equal(working.code, 0, working.stdout);
  const { findings } = working.json<{ findings: DoctorFinding[] }>();
  const lock = findings.find(({ probe }) => probe === 'lock');
  assert.match(
    String(lock?.message),
    /^another run is in progress \(drydock upgrade, run \S+, pid \d+ on host .*, held by pid \d+/,
  );
  running.process.kill('SIGKILL');
  await running.finished;
  utimesSync(`${here.database}.lock`, new Date(0), new Date(0));
  const found = await notices(here);
  const said = (name: ProbeName) => found.find(({ probe }) => probe === name)?.message;
  assert.match(String(said('lock')), /app\.db\.lock was left by a run that died, .* \(drydock upgrade, run /);
  assert.match(
    String(said('last run')),
    /^run \S+ \(upgrade, begun 20\S+Z\) is in progress, or was interrupted while working$/,
  );
  assert.equal((await here.run(['upgrade'])).code, 0);
  assertOnly(await notices(here), {});
});

test('what is left lying about is named: damaged records and snapshots, other names of the file, what root made', async (t) => {
  const here = place(t);
  assert.equal((await here.run(['upgrade'])).code, 0);
  writeFileSync(join(`${here.database}.drydock`, 'runs', '20200101T000000000Z-0badc0de.json'), '{');
  writeFileSync(join(here.snapshots, '20200101T000000000Z-0badc0de.db'), '');
  linkSync(here.database, join(here.root, 'another name'));
  const root = process.getuid?.() === 0;
  // A folder that belongs to a third user is refused: test/doctor/refusals.test.ts.
  if (root) chownSync(join(`${here.database}.drydock`, 'runs', '20200101T000000000Z-0badc0de.json'), 65534, 65534);
  assertOnly(await notices(here), {
    records: /0badc0de\.json cannot be read/,
    snapshots: /0badc0de\.db cannot be used: .*0badc0de\.json cannot be read \(ENOENT\)/,
    links: /app\.db has 2 names/,
    ...(root && { ownership: /0badc0de\.json belongs to another user/ }),
  });
});

test('a WAL that a killed writer left is not opened where that would make a -shm', async (t) => {
  const here = place(t, { mode: 'wal' });
  const other = await otherProcess(here.database, 1000);
  t.after(() => other.end());
  await other.run('DELETE FROM items WHERE id = 1');
  await other.end();
  assertOnly(await notices(here, /-shm$/), {});
  rmSync(`${here.database}-shm`);
  assertOnly(await notices(here), { database: /app\.db-wal has commits of a writer that has ended/ });
});

test('a WAL that nobody empties and a file that is mostly empty are worth knowing', async (t) => {
  const here = place(t, { mode: 'wal' });
  const db = new Database(here.database);
  t.after(() => db.close());
  db.exec('PRAGMA wal_autocheckpoint = 0; CREATE TABLE big (b BLOB); INSERT INTO big VALUES (zeroblob(20000000))');
  // In a process of its own, since this one has the file open.
  const seen = await here.run(['doctor', '--json']);
  const wal = seen.json<{ findings: DoctorFinding[] }>().findings.find(({ probe }) => probe === 'WAL');
  assert.equal(wal?.level, 'notice');
  assert.match(wal.message, /app\.db-wal has 19\.\d MB/);
  db.exec('DROP TABLE big');
  db.close();
  assertOnly(await notices(here), {
    pages: /wal mode, .* auto_vacuum none; .*19\.\d MB of the file are empty/,
  });
});

test('a restore that was interrupted and whose snapshot is gone is refused, as a run would', async (t) => {
  const here = place(t);
  const running = startDrydock(['snapshot', 'create'], { cwd: here.root });
  assert.equal((await running.finished).code, 0);
  const pausing = startDrydock(['snapshot', 'restore', 'latest', '--yes'], {
    cwd: here.root,
    pauseAt: 'engine:before-replace',
  });
  t.after(() => pausing.process.kill('SIGKILL'));
  const engine = await pausing.reached();
  process.kill(engine, 'SIGKILL');
  pausing.process.kill('SIGKILL');
  await pausing.finished;
  rmSync(here.snapshots, { recursive: true });
  mkdirSync(here.snapshots);
  const doctor = await here.run(['doctor', '--json']);
  const upgrade = await here.run(['upgrade']);
  assert.equal(doctor.code, upgrade.code, `${upgrade.stderr}${doctor.stdout}`);
  const [first] = doctor.json<{ findings: DoctorFinding[] }>().findings.filter(({ level }) => level === 'problem');
  assert.equal(first?.probe, 'last run');
  assert.ok(upgrade.error.includes(first.message), upgrade.error);
});

test('the database is not opened a second time while it is read: closing that would drop the lock of the first', async (t) => {
  const here = place(t);
  const { ino } = fs.statSync(here.database);
  const isLockedHere = () =>
    fs
      .readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .some((line) => line.includes(` ${process.pid} `) && line.includes(`:${ino} `));
  const { openSync } = fs;
  const opened: boolean[] = [];
  t.mock.method(fs, 'openSync', (...args: Parameters<typeof openSync>) => {
    if (args[0] === here.database) opened.push(isLockedHere());
    return openSync(...args);
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  assert.deepEqual(await notices(here), []);
  assert.ok(opened.length > 0);
  assert.ok(!opened.includes(true), 'https://sqlite.org/howtocorrupt.html, section 2.2');
});
