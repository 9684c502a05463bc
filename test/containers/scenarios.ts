/** What may befall an upgrade before its application starts, and what has to be true then, wherever it runs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import type { JournalMode } from '../harness/files.ts';
import { endless, type Place, place, smallVolume } from './place.ts';

export interface Deployment {
  readonly place: Place;
  readonly readOnly?: boolean;
  /** The bytes that the upgrade may take. */
  readonly memory?: number;
}

export interface Outcome {
  /** With which the upgrade ended. */
  readonly code: number;
  /** The first line of the application, where it started. */
  readonly application: string | undefined;
  readonly log: string;
}

export interface Platform {
  /** Takes the place of what ran before, and waits for the end of the upgrade and the start of the application. */
  deploy(deployment: Deployment): Promise<Outcome>;
  /** The same; the upgrade is killed as soon as it runs its revisions. */
  deployAndKill(deployment: Deployment): Promise<Outcome>;
  /** So many upgrades at once, each its exit code. */
  together(deployment: Deployment, count: number): Promise<number[]>;
}

/** Its last lines; the whole of it is long. */
const end = (log: string) => log.slice(-3000);

function assertStarted({ code, application, log }: Outcome, revision: string): void {
  assert.equal(code, 0, end(log));
  assert.equal(application, `application started at ${revision}`, end(log));
}

function assertRefused(outcome: Outcome, code: number, here: Place, before: string): void {
  assert.equal(outcome.code, code, end(outcome.log));
  assert.equal(outcome.application, undefined, end(outcome.log));
  assert.equal(here.content(), before);
}

function timesApplied({ database }: Place): Record<string, number> {
  const db = new Database(database, { readonly: true });
  try {
    const rows = db
      .prepare<[], { revision: string; times: number }>(
        'SELECT revision, count(*) AS times FROM drydock_history GROUP BY revision',
      )
      .all();
    return Object.fromEntries(rows.map(({ revision, times }) => [revision, times]));
  } finally {
    db.close();
  }
}

/** Declares the tests of a platform. */
export function attack(name: string, mode: JournalMode, on: (t: TestContext) => Platform): void {
  test(`${name}: the application starts after the upgrade, after a new revision, and not after one that fails`, async (t) => {
    const platform = on(t);
    const here = place(t, mode);
    assertStarted(await platform.deploy({ place: here }), '007_entity_tracking');
    here.deploy('008_language', 'ALTER TABLE comments ADD COLUMN language TEXT;');
    assertStarted(await platform.deploy({ place: here }), '008_language');
    assertStarted(await platform.deploy({ place: here, readOnly: mode === 'delete' }), '008_language');

    const other = place(t, mode);
    other.deploy('008_fails', 'DELETE FROM comments; SELECT 1 FROM nowhere;');
    const before = other.content();
    assertRefused(await platform.deploy({ place: other }), 20, other, before);
    assertRefused(await platform.deploy({ place: other, readOnly: true }), 12, other, before);
    other.deploy('008_mended', 'SELECT 1;');
    assertStarted(await platform.deploy({ place: other }), '008_mended');
  });

  test(`${name}: a SIGKILL in the middle leaves the database as it was, and the next start goes on`, async (t) => {
    const platform = on(t);
    const here = place(t, mode);
    here.deploy('008_endless', `UPDATE comments SET likes = 0; ${endless}`);
    const before = here.content();
    assertRefused(await platform.deployAndKill({ place: here }), 137, here, before);
    here.deploy('008_mended', 'SELECT 1;');
    const next = await platform.deploy({ place: here });
    assertStarted(next, '008_mended');
    assert.match(next.log, /had been interrupted while working/);
  });

  test(`${name}: a volume that fills, and too little memory, leave the database as it was`, async (t) => {
    const platform = on(t);
    const here = place(t, mode, smallVolume(8 * 1024 * 1024));
    const before = here.content();
    here.deploy('008_big', 'CREATE TABLE big (b BLOB); INSERT INTO big VALUES (zeroblob(20000000));');
    const full = await platform.deploy({ place: here });
    assertRefused(full, 12, here, before);
    assert.match(full.log, /database or disk is full/);

    here.deployModule('008_hungry', 'const all = []; for (;;) all.push(Buffer.alloc(1e7, 1));');
    const killed = await platform.deploy({ place: here, memory: 128 * 1024 ** 2 });
    // Only the engine, where the kernel takes the largest process; all of it, where it takes the whole group.
    assert.ok([20, 137].includes(killed.code), end(killed.log));
    assertRefused(killed, killed.code, here, before);

    execFileSync('mount', ['-o', 'remount,size=128m', here.data]);
    here.deploy('008_big', 'CREATE TABLE big (b BLOB); INSERT INTO big VALUES (zeroblob(20000000));');
    assertStarted(await platform.deploy({ place: here }), '008_big');
  });

  test(`${name}: of three that start at once on one volume each revision is applied once`, async (t) => {
    const platform = on(t);
    const here = place(t, mode);
    assert.deepEqual(await platform.together({ place: here }, 3), [0, 0, 0]);
    const applied = timesApplied(here);
    assert.equal(Object.keys(applied).length, 5);
    assert.ok(Object.values(applied).every((times) => times === 1));
  });
}
