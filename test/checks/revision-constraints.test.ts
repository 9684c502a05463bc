/**
 * Rows that break a CHECK, a NOT NULL or a type are an old sin of somebody else's, as orphans are: no damage of the file, none of
 * a run's that finds them, and what a revision is there to mend. A run must not add any.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { breakLeafOf } from '../harness/damage.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { type JournalMode, journalModes, sqlRevision } from '../harness/files.ts';
import { itemsAt001, itemsRevisions, listed, type Place, place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';

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

const search =
  "CREATE VIRTUAL TABLE search USING fts4(name, content='people'); INSERT INTO search(search) VALUES ('rebuild');";
const lagging = `${search} UPDATE people SET name = 'Zoe' WHERE id = 1;`;
const mendsPeople = "UPDATE people SET name = 'none', age = 1 WHERE id = 3;";

const sins = [
  {
    what: 'rows that broke a CHECK',
    sql: "INSERT INTO people VALUES (3, 'Eve', 999);",
    says: 'CHECK constraint failed in people: 1 row',
    mend: mendsPeople,
  },
  {
    what: 'rows that broke a NOT NULL',
    sql: wasNullable,
    says: 'NULL value in people.name: 1 row',
    mend: mendsPeople,
  },
  {
    what: 'rows that an FTS4 index lagged behind',
    sql: lagging,
    says: 'malformed inverted index for FTS4 table main.search: 1 finding',
    mend: "INSERT INTO search(search) VALUES ('rebuild');",
  },
] as const;

const adds = itemsRevisions;
const does = (sql: string) => ({ ...itemsRevisions, '002_stock.sql': sqlRevision('002_stock', '001_items', sql) });

function sinner(t: TestContext, mode: JournalMode, sql: string, revisions: typeof adds): Place {
  const here = place(t, { mode, sql: people, revisions });
  sin(here, sql);
  return here;
}

for (const mode of journalModes) {
  for (const { what, sql, says, mend } of sins) {
    test(`honest exit: ${what} before are let be, and told (${mode})`, async (t) => {
      const here = sinner(t, mode, sql, adds);
      const upgrade = await here.run(['upgrade', '--json']);
      assert.equal(upgrade.code, 0, upgrade.stderr);
      const { checks } = upgrade.json<{ checks: { check: string; ok: boolean; message: string }[] }>();
      const told = checks.filter(({ check }) => check === 'constraints');
      assert.deepEqual(
        told.map(({ ok }) => ok),
        [true],
      );
      assert.match(told[0]?.message ?? '', new RegExp(`${says} .1 before`));
      assert.equal((await listed(here)).length, 1);
    });

    test(`honest exit: a revision mends ${what} (${mode})`, async (t) => {
      const here = sinner(t, mode, sql, does(mend));
      const upgrade = await here.run(['upgrade']);
      assert.equal(upgrade.code, 0, upgrade.stderr);
      assert.equal((await here.run(['verify'])).code, 0);
    });

    test(`honest exit: the snapshot of ${what} is sound, and goes back (${mode})`, async (t) => {
      const here = sinner(t, mode, sql, adds);
      const before = dumpWithVersion(here.database);
      for (const args of [['upgrade'], ['snapshot', 'verify', 'latest'], ['snapshot', 'restore', 'latest', '--yes']]) {
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

  test(`honest exit: verify tells of an FTS4 index that lags behind, and no run may leave one behind (${mode})`, async (t) => {
    const verify = await sinner(t, mode, lagging, adds).run(['verify']);
    assert.equal(verify.code, 21, verify.stderr);
    assert.match(verify.stdout, /^constraints: malformed inverted index for FTS4 table main.search, 1 finding$/m);
    const here = sinner(t, mode, search, does("UPDATE people SET name = 'Zoe' WHERE id = 1;"));
    assertRefusal(await here.run(['upgrade']), 21, /FTS4 table main\.search: 1 finding \(0 before\)/);
  });

  test(`a proven way back: an FTS4 index that does not fit texts of its own is damage (${mode})`, async (t) => {
    const own =
      "CREATE VIRTUAL TABLE search USING fts4(name); INSERT INTO search VALUES ('a'); UPDATE search_content SET c0name = 'b';";
    assertRefusal(
      await sinner(t, mode, own, adds).run(['upgrade']),
      13,
      /damaged \(integrity_check: malformed inverted/,
    );
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
