/** Rows that go: only as many, and only of the tables, that a revision has announced. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bothJournalModes, sqlRevision } from '../harness/files.ts';
import {
  assertFailed,
  assertNothingLeft,
  assertSnapshotKept,
  assertUntouched,
  base,
  contentOf,
  moduleRevision,
  type Part,
  query,
  scene,
} from '../harness/scene.ts';

interface Announcement {
  readonly what: string;
  readonly up: string;
  /** The ids of child that are gone afterwards; a text where the run is to fail with 21 and say so. */
  readonly ends: readonly number[] | 'no table' | RegExp;
}

const delete3 = 'DELETE FROM child WHERE id IN (5, 6, 7);';
const gone3 = [5, 6, 7];
const lost3 = /child lost 3 rows \(2,000 before, 1,997 after\)/;
const advice = /child lost 3 rows \(2,000 before, 1,997 after\), which is not announced; .*-- expect: rows child -3`/;

const announcements: readonly Announcement[] = [
  { what: 'three rows that nobody announced', up: delete3, ends: advice },
  { what: 'three rows announced as -3', up: `-- expect: rows child -3\n${delete3}`, ends: gone3 },
  { what: 'three rows announced in capitals', up: `-- expect: rows CHILD -3\n${delete3}`, ends: gone3 },
  { what: 'three rows announced as -2', up: `-- expect: rows child -2\n${delete3}`, ends: lost3 },
  { what: 'three rows announced as -4', up: `-- expect: rows child -4\n${delete3}`, ends: lost3 },
  { what: 'three rows announced as +3', up: `-- expect: rows child +3\n${delete3}`, ends: lost3 },
  {
    what: 'three rows announced for another table',
    up: `-- expect: rows parent -3\n${delete3}`,
    ends: /2 checks failed/,
  },
  { what: 'three rows announced for no table', up: `-- expect: rows nobody -3\n${delete3}`, ends: /no table nobody/ },
  { what: 'three rows announced as fewer', up: `-- expect: rows child fewer\n${delete3}`, ends: gone3 },
  { what: 'no rows announced as -3', up: '-- expect: rows child -3\nSELECT 1;', ends: /-3/ },
  {
    what: 'a table that nobody announced',
    up: 'DROP TABLE child;',
    ends: /child is gone \(2,000 rows before\).*dropped/,
  },
  { what: 'a table announced as dropped', up: '-- expect: rows child dropped\nDROP TABLE child;', ends: 'no table' },
  { what: 'a table announced as fewer', up: '-- expect: rows child fewer\nDROP TABLE child;', ends: /child is gone/ },
  { what: 'a table announced as -2000', up: '-- expect: rows child -2000\nDROP TABLE child;', ends: /child is gone/ },
  {
    what: 'the rows of a table that was renamed',
    up: 'ALTER TABLE child RENAME TO offspring;',
    ends: 'no table',
  },
  {
    what: 'rows of a renamed table that is announced as dropped',
    up: `-- expect: rows child dropped\nALTER TABLE child RENAME TO offspring; ${delete3.replace('child', 'offspring')}`,
    ends: /offspring lost 3 rows/,
  },
  {
    what: 'rows that a REPLACE took away',
    up: "INSERT OR REPLACE INTO parent (id, name) VALUES (3, 'parent 4');",
    ends: /parent lost 1 row /,
  },
  {
    what: 'rows that a trigger took away',
    up: `CREATE TRIGGER sweep AFTER UPDATE ON parent BEGIN DELETE FROM child WHERE parent_id = new.id; END;
      UPDATE parent SET name = 'x' WHERE id = 3;`,
    ends: /child lost 10 rows/,
  },
];

/** One in three of the table by default, the others in the rest. */
export function announcedRows(part: Part): void {
  describe('rows that are announced or not', { concurrency: 2 }, () => {
    for (const [index, { what, up, ends }] of announcements.entries()) {
      // What is counted does not depend on the journal mode; what is undone is another test's.
      const mode = bothJournalModes[index % 2];
      if (mode === undefined || (index % 3 === 0) !== (part === 'default')) continue;
      test(`honest exit: ${what} (${mode})`, async (t) => {
        const it = scene(t, { mode, files: { ...base, '002.sql': sqlRevision('002', '001_base', up) } });
        const before = contentOf(it);

        const result = await it.run(['upgrade']);

        if (ends instanceof RegExp) {
          assertFailed(result, 21, ends);
          assertUntouched(it, before);
          assertSnapshotKept(it, result, before);
          return;
        }
        assert.equal(result.code, 0, result.stderr);
        assertNothingLeft(it);
        const tables = query<{ name: string }>(it.database, "SELECT name FROM sqlite_schema WHERE name = 'child'");
        assert.equal(tables.length, ends === 'no table' ? 0 : 1);
        if (ends !== 'no table') assert.deepEqual(childIds(it.database), idsWithout(ends));
        assert.equal(query(it.database, 'SELECT * FROM parent').length, 200);
      });
    }

    if (part === 'rest') return;

    test('honest exit: a module announces what each direction takes away', async (t) => {
      const text = moduleRevision('002', '001_base', `op.execute('${delete3}');`, {
        top: 'export const expect = { up: { child: -3 }, down: { child: -1 } };',
        downgrade: `op.execute('DELETE FROM child WHERE id IN (8, 9)');`,
      });
      const it = scene(t, { mode: 'delete', files: { ...base, '002.ts': text } });
      assert.equal((await it.run(['upgrade'])).code, 0);
      assert.deepEqual(childIds(it.database), idsWithout(gone3));
      const before = contentOf(it);

      const result = await it.run(['downgrade', '-1']);

      assertFailed(result, 21, /child lost 2 rows \(1,997 before, 1,995 after\), but the revision announces -1/);
      assertUntouched(it, before);
      assertSnapshotKept(it, result, before);
    });

    test('honest exit: what one revision announces excuses no other one', async (t) => {
      const it = scene(t, {
        mode: 'wal',
        files: {
          ...base,
          '002.sql': sqlRevision('002', '001_base', delete3),
          '003.sql': sqlRevision('003', '002', '-- expect: rows child fewer\nDELETE FROM child WHERE id = 8;'),
        },
      });
      const before = contentOf(it);
      const result = await it.run(['upgrade']);
      assertFailed(result, 21, /revision 002: child lost 3 rows \(2,000 before, 1,997 after\), which is not announced/);
      assertUntouched(it, before);

      it.revision('002.sql', sqlRevision('002', '001_base', `-- expect: rows child -3\n${delete3}`));
      assert.equal((await it.run(['upgrade'])).code, 0);
      assert.deepEqual(childIds(it.database), idsWithout([...gone3, 8]));
    });

    test('honest exit: rows that a later revision puts back are announced all the same', async (t) => {
      const it = scene(t, {
        mode: 'delete',
        files: {
          ...base,
          '002.sql': sqlRevision('002', '001_base', `CREATE TABLE kept AS SELECT * FROM child;\nDELETE FROM child;`),
          '003.sql': sqlRevision('003', '002', 'INSERT INTO child SELECT * FROM kept;\nDROP TABLE kept;'),
        },
      });
      const before = contentOf(it);
      const result = await it.run(['upgrade']);
      assertFailed(result, 21, /revision 002: child lost 2,000 rows.*revision 003: kept is gone \(2,000 rows before\)/);
      assertUntouched(it, before);
    });
  });
}

function childIds(database: string): number[] {
  return query<{ id: number }>(database, 'SELECT id FROM child ORDER BY id').map(({ id }) => id);
}

function idsWithout(gone: readonly number[]): number[] {
  return Array.from({ length: 2000 }, (_, index) => index + 1).filter((id) => !gone.includes(id));
}
