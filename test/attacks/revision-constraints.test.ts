/**
 * Rows that break a CHECK, a NOT NULL or a type are an old sin of somebody else's, as orphans are: no damage of the file, none of
 * a run's that finds them, and what a revision is there to mend. A run must not add any.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { dumpWithVersion } from '../harness/dump.ts';
import { type JournalMode, journalModes, sqlRevision } from '../harness/files.ts';
import { breakLeafOf } from './helpers-damage.ts';
import { itemsAt001, itemsRevisions, listed, type Place, place } from './helpers-places.ts';
import { assertRefusal } from './helpers-refusal.ts';

const people = `${itemsAt001}
  CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INTEGER CHECK (age < 150));
  INSERT INTO people VALUES (1, 'Ada', 36), (2, 'Bob', 40);
`;

/** As a program leaves it that has CHECK off, or an ALTER TABLE of old. */
function sin({ database }: Place, sql: string): void {
  const db = new Database(database);
  try {
    db.unsafeMode(true);
    db.pragma('ignore_check_constraints = ON');
    db.exec(sql);
  } finally {
    db.close();
  }
}

const wasNullable = `
  PRAGMA writable_schema = ON;
  UPDATE sqlite_schema SET sql = replace(sql, 'name TEXT NOT NULL', 'name TEXT') WHERE name = 'people';
  PRAGMA writable_schema = RESET;
  INSERT INTO people VALUES (3, NULL, 1);
  PRAGMA writable_schema = ON;
  UPDATE sqlite_schema SET sql = replace(sql, 'name TEXT', 'name TEXT NOT NULL') WHERE name = 'people';
  PRAGMA writable_schema = RESET;
`;

const sins = [
  { what: 'a CHECK', sql: "INSERT INTO people VALUES (3, 'Eve', 999);", says: 'CHECK constraint failed in people' },
  { what: 'a NOT NULL', sql: wasNullable, says: 'NULL value in people.name' },
] as const;

const adds = itemsRevisions;
const mends = {
  ...itemsRevisions,
  '002_stock.sql': sqlRevision('002_stock', '001_items', "UPDATE people SET name = 'none', age = 1 WHERE id = 3;"),
};

function sinner(t: TestContext, mode: JournalMode, sql: string, revisions: typeof adds): Place {
  const here = place(t, { mode, sql: people, revisions });
  sin(here, sql);
  return here;
}

for (const mode of journalModes) {
  for (const { what, sql, says } of sins) {
    test(`honest exit: rows that broke ${what} before are let be, and told (${mode})`, async (t) => {
      const here = sinner(t, mode, sql, adds);
      const upgrade = await here.run(['upgrade', '--json']);
      assert.equal(upgrade.code, 0, upgrade.stderr);
      const { checks } = upgrade.json<{ checks: { check: string; ok: boolean; message: string }[] }>();
      const told = checks.filter(({ check }) => check === 'constraints');
      assert.deepEqual(
        told.map(({ ok }) => ok),
        [true],
      );
      assert.match(told[0]?.message ?? '', new RegExp(`${says}.*1 row.*1 before`));
      assert.equal((await listed(here)).length, 1);
    });

    test(`honest exit: a revision mends rows that broke ${what} (${mode})`, async (t) => {
      const here = sinner(t, mode, sql, mends);
      const upgrade = await here.run(['upgrade']);
      assert.equal(upgrade.code, 0, upgrade.stderr);
      assert.equal((await here.run(['verify'])).code, 0);
    });

    test(`honest exit: the snapshot of rows that break ${what} is sound, and goes back (${mode})`, async (t) => {
      const here = sinner(t, mode, sql, adds);
      const before = dumpWithVersion(here.database);
      for (const args of [['upgrade'], ['snapshot', 'verify', 'latest'], ['snapshot', 'restore', 'latest']]) {
        const ended = await here.run(args);
        assert.equal(ended.code, 0, ended.stderr);
      }
      assert.equal(dumpWithVersion(here.database), before);
    });
  }

  test(`honest exit: verify tells of rows that break a NOT NULL (${mode})`, async (t) => {
    const verify = await sinner(t, mode, wasNullable, adds).run(['verify']);
    assert.equal(verify.code, 21, verify.stderr);
    assert.match(verify.stdout, /^constraints: NULL value in people.name, 1 row$/m);
  });

  test(`a proven way back: damage is found behind any number of rows that break a constraint (${mode})`, async (t) => {
    const here = sinner(
      t,
      mode,
      "INSERT INTO people WITH RECURSIVE n (i) AS (VALUES (10) UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT i, 'x', 999 FROM n;",
      adds,
    );
    breakLeafOf(here.database, 'items_name');
    assertRefusal(await here.run(['upgrade']), 13, /damaged \(integrity_check/);
  });
}
