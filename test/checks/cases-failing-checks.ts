/** Revisions that a check before the commit must find, and the one way in which each of them is looked at. */
import { test } from 'node:test';
import { sqlRevision } from '../harness/files.ts';
import {
  assertFailed,
  assertSnapshotKept,
  assertUntouched,
  base,
  contentOf,
  execute,
  modesIn,
  type Part,
  scene,
} from '../harness/scene.ts';

const orphans = 'UPDATE child SET parent_id = 9001 WHERE id IN (5, 6);';

/** The order that the documentation warns of: the children follow the old table, and refer to nothing once it is gone. */
const rebuildInWrongOrder = `
  ALTER TABLE parent RENAME TO old_parent;
  CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  INSERT INTO parent SELECT id, name FROM old_parent;
  -- expect: rows old_parent dropped
  DROP TABLE old_parent;`;

const rule = (name: string, sql: string, text: string) =>
  `statistics:\n  - { name: ${name}, sql: ${sql}, rule: ${text} }\n`;

interface Check {
  readonly what: string;
  readonly up: string;
  readonly says: RegExp;
  readonly extra?: string;
  readonly config?: string;
}

const failing: readonly Check[] = [
  {
    what: 'new orphans',
    up: orphans,
    says: /2 rows of child refer to a row of parent that does not exist \(0 before\)/,
  },
  {
    what: 'new orphans beside old ones',
    extra: "INSERT INTO child VALUES (9000, 7000, 'orphan');",
    up: orphans,
    says: /3 rows of child refer to a row of parent that does not exist \(1 before\)/,
  },
  {
    what: 'as many orphans as before, and another one among them',
    extra: "INSERT INTO child VALUES (9000, 7000, 'orphan');",
    up: 'UPDATE child SET parent_id = 1 WHERE id = 9000; UPDATE child SET parent_id = 9001 WHERE id = 5;',
    says: /rowid 5 is new/,
  },
  { what: 'a rebuild by hand in the wrong order', up: rebuildInWrongOrder, says: /child/ },
  {
    what: 'a parent table whose key is gone',
    up: `CREATE TABLE new_parent (id INTEGER, name TEXT); INSERT INTO new_parent SELECT id, name FROM parent;
      DROP TABLE parent; ALTER TABLE new_parent RENAME TO parent;`,
    says: /foreign key cannot work/,
  },
  {
    what: 'a statistic that shrinks',
    up: 'UPDATE child SET note = NULL WHERE id < 11;',
    config: rule('notes', 'SELECT count(note) FROM child', 'not-less'),
    says: /notes went from 2000 to 1990, which breaks its rule `not-less`/,
  },
  {
    what: 'a statistic that changes',
    up: "UPDATE parent SET name = 'another' WHERE id = 1;",
    config: rule('first', 'SELECT name FROM parent WHERE id = 1', 'same'),
    says: /first went from parent 1 to another, which breaks its rule `same`/,
  },
  {
    what: 'a statistic beyond its percentage',
    up: 'UPDATE child SET parent_id = 200;',
    config: rule('average', 'SELECT avg(parent_id) FROM child', 'within 1 %'),
    says: /average went from 100.5 to 200, which breaks its rule `within 1 %`/,
  },
  {
    what: 'a statistic whose column is gone',
    up: 'ALTER TABLE child DROP COLUMN note;',
    config: rule('notes', 'SELECT count(note) FROM child', 'not-less'),
    says: /notes was 2000 and no longer has a value/,
  },
];

/** A test for each, in the modes that belong to this part of the suite; see {@link modesIn}. */
export function failingChecks(part: Part): void {
  for (const [index, { what, up, says, extra = '', config = '' }] of failing.entries()) {
    for (const mode of modesIn(part, index)) {
      test(`honest exit: a check finds ${what} (${mode})`, async (t) => {
        const files = { ...base, '002.sql': sqlRevision('002', '001_base', up) };
        const it = scene(t, { mode, files, config: `snapshots: { keep: 1 }\n${config}` });
        execute(it.database, extra);
        const before = contentOf(it);

        const result = await it.run(['upgrade']);

        assertFailed(result, 21, says);
        assertUntouched(it, before);
        assertSnapshotKept(it, result, before);
      });
    }
  }
}
