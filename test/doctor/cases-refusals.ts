/** What a run refuses, doctor says beforehand: with the same code, in the same words, and nothing touched. */
import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import type { Diagnosis } from '../../src/doctor/doctor.ts';
import type { Result } from '../harness/drydock.ts';
import { type Place, place } from '../harness/place.ts';
import { folderState } from '../harness/refusal.ts';
import type { Part } from '../harness/scene.ts';
import { asOrdinaryUser, giveToOrdinaryUser, wrapped } from '../harness/users.ts';
import { fileMountedAlone, mountTools, needs, readOnlyFolder } from '../harness/volumes.ts';

type Run = (here: Place, args: readonly string[]) => Promise<Result>;

interface Refusal {
  readonly what: string;
  readonly probe: string;
  readonly code: number;
  readonly options?: { skip: string | false };
  readonly spoil: (here: Place) => void;
  readonly run?: Run;
}

const plainly: Run = (here, args) => here.run(args);

const asUser: Run = ({ root }, args) => asOrdinaryUser(root, args);

function change(here: Place, sql: string): void {
  const db = new Database(here.database);
  db.exec(sql);
  db.close();
}

const refusals: readonly Refusal[] = [
  { what: 'no database', probe: 'database', code: 2, spoil: ({ database }) => rmSync(database) },
  {
    what: 'a directory in its place',
    probe: 'database',
    code: 2,
    spoil: ({ database }) => {
      rmSync(database);
      mkdirSync(database);
    },
  },
  {
    what: 'a file that is no database',
    probe: 'database',
    code: 13,
    spoil: ({ database }) =>
      writeFileSync(database, 'not a database, and long enough to be looked at as one'.repeat(9)),
  },
  {
    what: 'a revision file that cannot be read',
    probe: 'revisions',
    code: 2,
    spoil: ({ migrations }) => writeFileSync(join(migrations, '003.sql'), 'no header'),
  },
  {
    what: 'two heads',
    probe: 'history',
    code: 2,
    spoil: ({ migrations }) =>
      writeFileSync(
        join(migrations, '003.sql'),
        '-- revision: 003\n-- revises: 001_items\n-- migrate:up\n-- migrate:down\n',
      ),
  },
  {
    what: 'a revision that no file has',
    probe: 'history',
    code: 4,
    spoil: (here) => change(here, "UPDATE alembic_version SET version_num = 'from a newer image'"),
  },
  {
    what: 'a version table that is another one',
    probe: 'history',
    code: 4,
    spoil: (here) => change(here, 'DROP TABLE alembic_version; CREATE TABLE alembic_version (other TEXT)'),
  },
  {
    what: 'a file in the place of the lock',
    probe: 'lock',
    code: 12,
    spoil: ({ database }) => writeFileSync(`${database}.lock`, ''),
  },
  {
    what: 'a file in the place of the folder of ours',
    probe: 'permissions',
    code: 12,
    spoil: ({ database }) => writeFileSync(`${database}.drydock`, ''),
  },
  {
    what: 'a file in the place of the snapshots',
    probe: 'permissions',
    code: 12,
    spoil: ({ snapshots }) => writeFileSync(snapshots, ''),
  },
  {
    what: 'a journal that cannot be read, as on a failing disk',
    probe: 'database',
    code: 12,
    spoil: ({ database }) => mkdirSync(`${database}-journal`),
  },
  {
    what: 'a run journal that cannot be understood',
    probe: 'last run',
    code: 30,
    spoil: ({ journal, database }) => {
      mkdirSync(`${database}.drydock`);
      writeFileSync(journal, '{');
    },
  },
  {
    what: 'a file that may not be written',
    probe: 'permissions',
    code: 12,
    run: asUser,
    spoil: ({ root, database }) => {
      giveToOrdinaryUser(root);
      chmodSync(database, 0o444);
    },
  },
  {
    what: 'a folder of snapshots that may not be written',
    probe: 'permissions',
    code: 12,
    run: asUser,
    spoil: ({ root, snapshots }) => {
      mkdirSync(snapshots, { mode: 0o555 });
      giveToOrdinaryUser(root);
    },
  },
  {
    what: 'a folder of ours that may not be entered',
    probe: 'permissions',
    code: 12,
    run: asUser,
    spoil: ({ root, database }) => {
      mkdirSync(`${database}.drydock/runs`, { recursive: true });
      giveToOrdinaryUser(root);
      chmodSync(`${database}.drydock`, 0o000);
    },
  },
  {
    what: 'a file that may not be read',
    probe: 'database',
    code: 12,
    run: asUser,
    spoil: ({ root, database }) => {
      giveToOrdinaryUser(root);
      chmodSync(database, 0o000);
    },
  },
  {
    what: 'a folder that may not be entered',
    probe: 'database',
    code: 12,
    run: asUser,
    spoil: ({ root, data }) => {
      giveToOrdinaryUser(root);
      chmodSync(data, 0o000);
    },
  },
  {
    what: 'a WAL of another user',
    probe: 'permissions',
    code: 12,
    run: asUser,
    spoil: (here) => {
      change(here, 'PRAGMA journal_mode = WAL');
      for (const suffix of ['-wal', '-shm']) writeFileSync(`${here.database}${suffix}`, '');
      giveToOrdinaryUser(here.root);
      for (const suffix of ['-wal', '-shm']) chmodSync(`${here.database}${suffix}`, 0o000);
    },
  },
  {
    what: 'a lock file that may not be written',
    probe: 'permissions',
    code: 12,
    run: asUser,
    spoil: ({ root, database }) => {
      const work = `${database}.drydock`;
      mkdirSync(work);
      writeFileSync(join(work, 'runner.lock'), '');
      giveToOrdinaryUser(root);
      chmodSync(join(work, 'runner.lock'), 0o444);
    },
  },
  {
    what: 'a run journal that may not be read',
    probe: 'permissions',
    code: 12,
    run: asUser,
    spoil: ({ root, database, journal }) => {
      mkdirSync(`${database}.drydock`);
      writeFileSync(journal, '{');
      giveToOrdinaryUser(root);
      chmodSync(journal, 0o000);
    },
  },
  ...['runner.lock', 'run.json', 'owner.json'].map((name) => ({
    what: `a folder in the place of ${name}`,
    probe: 'permissions',
    code: 12,
    spoil: ({ database }: Place) => {
      mkdirSync(join(`${database}.drydock`, name), { recursive: true });
    },
  })),
  ...['drydock', 'snapshots'].map((name) => ({
    what: `a link that leads nowhere in the place of the folder .${name}`,
    probe: 'permissions',
    code: 12,
    spoil: ({ database }: Place) => symlinkSync('not mounted', `${database}.${name}`),
  })),
  {
    what: 'a link that leads to itself in the place of the folder of ours',
    probe: 'permissions',
    code: 12,
    spoil: ({ database }) => symlinkSync('app.db.drydock', `${database}.drydock`),
  },
  {
    what: 'a folder of ours that belongs to another user, beside a database of root',
    probe: 'permissions',
    code: 12,
    options: { skip: process.getuid?.() !== 0 && 'only root meets it' },
    spoil: ({ database }) => {
      mkdirSync(`${database}.drydock`);
      chownSync(`${database}.drydock`, 65534, 65534);
    },
  },
  {
    what: 'a read-only volume',
    probe: 'permissions',
    code: 12,
    options: needs(...mountTools),
    run: (here, args) => wrapped(readOnlyFolder(here.data), here.root, args),
    spoil: ({ database, snapshots }) => {
      for (const folder of [`${database}.drydock`, snapshots]) mkdirSync(folder);
      writeFileSync(join(`${database}.drydock`, 'runner.lock'), '');
    },
  },
  {
    what: 'a database that is mounted as a single file',
    probe: 'mount',
    code: 12,
    options: needs(...mountTools),
    run: (here, args) => wrapped(fileMountedAlone(here.database), here.root, args),
    spoil: () => undefined,
  },
];

async function assertAsTheRun(doctor: Result, upgrade: Result, probe: string, code: number): Promise<void> {
  assert.equal(doctor.stderr, '');
  assert.deepEqual([upgrade.code, doctor.code], [code, code], `${upgrade.stderr}${doctor.stdout}`);
  const { findings } = doctor.json<Diagnosis>();
  const problems = findings.filter(({ level }) => level === 'problem');
  const [first] = problems;
  assert.equal(first?.probe, probe);
  assert.ok(
    problems.filter(({ message }) => message.includes('EROFS')).length <= 1,
    'a read-only volume is one problem',
  );
  assert.ok(
    upgrade.error.includes(String(first?.message)),
    `${first?.message}\nis not what the run says:\n${upgrade.error}`,
  );
}

/** Some by default, the others in the rest. */
export function refusalTests(part: Part): void {
  for (const [index, { what, probe, code, spoil, run = plainly, options = {} }] of refusals.entries()) {
    if ((index % 3 === 0) !== (part === 'default')) continue;
    test(`doctor says what a run refuses: ${what}`, options, async (t) => {
      // Before the hook that removes the folder, which an ordinary user can only do where he may write.
      t.after(() => {
        chmodSync(here.data, 0o755);
        if (existsSync(`${here.database}.drydock`)) chmodSync(`${here.database}.drydock`, 0o755);
      });
      const here = place(t);
      spoil(here);
      const before = folderState(here.root);
      const result = await run(here, ['doctor', '--json']);
      assert.equal(folderState(here.root), before, 'nothing is touched');
      await assertAsTheRun(result, await run(here, ['upgrade']), probe, code);
    });
  }
}
