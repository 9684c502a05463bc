/** An SQLite of another program that can damage the database is named; one that is missing, broken or slow is no trouble. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Diagnosis } from '../../src/doctor/doctor.ts';
import type { JournalMode } from '../harness/files.ts';
import { place } from '../harness/place.ts';
import { folderState } from '../harness/refusal.ts';

/** What doctor finds about versions beyond those of a run, with nothing on the PATH but these. */
async function found(t: TestContext, mode: JournalMode, programs: Readonly<Record<string, string>>) {
  const here = place(t, { mode });
  const bin = join(here.root, 'bin');
  mkdirSync(bin);
  for (const [name, script] of Object.entries(programs)) writeFileSync(join(bin, name), script, { mode: 0o755 });
  const before = folderState(here.root);
  const result = await here.run(['doctor', '--json'], { env: { PATH: bin } });
  assert.equal(folderState(here.root), before, 'nothing is touched');
  assert.equal(result.code, 0, result.stderr);
  const { findings } = result.json<Diagnosis>();
  return findings.filter(({ probe }) => probe === 'versions').slice(1);
}

const sqlite = (version: string) => `#!/bin/sh\necho '${version} 2022-12-28 14:03:47 df5c253c'\n`;
const python = (version: string) => `#!/bin/sh\necho '${version}'\n`;

test('an SQLite with the WAL-reset bug is a notice where the database is in WAL mode, and mentioned where it is not', async (t) => {
  const programs = { sqlite3: sqlite('3.40.1'), python3: python('3.50.7') };
  const inWal = await found(t, 'wal', programs);
  assert.deepEqual(
    inWal.map(({ level }) => level),
    ['notice', 'ok'],
  );
  assert.match(inWal[0]?.message ?? '', /^sqlite3 .*3\.40\.1.*WAL-reset/);
  assert.match(inWal[1]?.message ?? '', /^python3 .*3\.50\.7$/);
  const inDelete = await found(t, 'delete', programs);
  assert.deepEqual(
    inDelete.map(({ level }) => level),
    ['ok', 'ok'],
  );
  assert.match(inDelete[0]?.message ?? '', /WAL-reset/);
});

test('a program that is missing, fails, prints something else or hangs is passed over', async (t) => {
  assert.deepEqual(await found(t, 'wal', {}), []);
  assert.deepEqual(await found(t, 'wal', { sqlite3: '#!/bin/sh\nexit 3\n', python3: 'no program' }), []);
  const started = performance.now();
  // The child of the shell keeps the pipe open after the shell is killed.
  const hangs = '#!/bin/sh\n/bin/sleep 20 &\nwait\n';
  assert.deepEqual(await found(t, 'wal', { sqlite3: '#!/bin/sh\necho hello 3.40.1\n', python3: hangs }), []);
  assert.ok(performance.now() - started < 15_000);
});
