/**
 * Rows that break a CHECK, a NOT NULL or a type are an old sin of somebody else's, as orphans are: no damage of the file, none of
 * a run's that finds them, and what a revision is there to mend. A run must not add any.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { breakLeafOf } from '../harness/damage.ts';
import { journalModes, sqlRevision } from '../harness/files.ts';
import { itemsRevisions, listed } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { adds, lagging, search, sinner, sins, wasNullable } from './helpers-revision-constraints.ts';

const does = (sql: string) => ({ ...itemsRevisions, '002_stock.sql': sqlRevision('002_stock', '001_items', sql) });

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
