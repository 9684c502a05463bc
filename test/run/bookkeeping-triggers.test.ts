/** Triggers on the two tables that every run writes to: what they do is part of the run, and is judged with it. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import Database from 'better-sqlite3';
import { historyTableSql } from '../../src/revisions/applied-tables.ts';
import { contentAsLeft } from '../harness/dump.ts';
import { journalModes, sqlRevision } from '../harness/files.ts';
import { itemsAt001, itemsRevisions, listed, type Place, place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';

const withHistory = `${itemsAt001}\n${historyTableSql};`;
const emptied = /items lost 2,000 rows/;

function query(here: Place, sql: string): unknown[] {
  const db = new Database(here.database, { readonly: true });
  try {
    return db.prepare(sql).raw().all();
  } finally {
    db.close();
  }
}

const emptying = [
  { event: 'AFTER INSERT ON drydock_history', args: ['upgrade'] },
  { event: 'BEFORE INSERT ON drydock_history', args: ['upgrade'] },
  { event: 'AFTER INSERT ON alembic_version', args: ['upgrade'] },
  { event: 'AFTER DELETE ON "ALEMBIC_version"', args: ['upgrade'] },
  { event: 'AFTER INSERT ON drydock_history', args: ['stamp', 'head', '--force'] },
  { event: 'AFTER DELETE ON alembic_version', args: ['stamp', 'base', '--force'] },
  { event: 'AFTER INSERT ON drydock_history', args: ['rehearse'] },
];

describe('triggers on the tables of a run', { concurrency: 2 }, () => {
  for (const mode of journalModes) {
    for (const { event, args } of emptying) {
      test(`all or nothing: ${args.join(' ')} sees what a trigger empties ${event} (${mode})`, async (t) => {
        const trigger = `CREATE TRIGGER t ${event} BEGIN DELETE FROM items; END;`;
        const here = place(t, { mode, sql: `${withHistory}\n${trigger}` });
        const before = contentAsLeft(here.database);
        assertRefusal(await here.run(args), 21, emptied);
        assert.deepEqual(contentAsLeft(here.database), before);
      });
    }

    test(`all or nothing: a trigger that calls the next one is seen with all that they do (${mode})`, async (t) => {
      const here = place(t, {
        mode,
        sql: `${withHistory}
          CREATE TABLE steps (n INTEGER);
          CREATE TRIGGER one AFTER INSERT ON drydock_history BEGIN INSERT INTO steps VALUES (1); END;
          CREATE TRIGGER two AFTER INSERT ON steps BEGIN DELETE FROM items; END;`,
      });
      const before = contentAsLeft(here.database);
      assertRefusal(await here.run(['upgrade']), 21, emptied);
      assert.deepEqual(contentAsLeft(here.database), before);
    });

    test(`all or nothing: a trigger on the way down is seen (${mode})`, async (t) => {
      const here = place(t, { mode });
      assert.equal((await here.run(['upgrade'])).code, 0);
      const db = new Database(here.database);
      db.exec('CREATE TRIGGER t AFTER DELETE ON alembic_version BEGIN DELETE FROM items; END');
      db.close();
      const before = contentAsLeft(here.database);
      assertRefusal(await here.run(['downgrade', '-1', '--yes']), 21, emptied);
      assert.deepEqual(contentAsLeft(here.database), before);
    });

    test(`all or nothing: a trigger that a revision makes is seen, on a working copy too (${mode})`, async (t) => {
      const trigger = 'CREATE TRIGGER t AFTER INSERT ON alembic_version BEGIN DELETE FROM items; END;';
      for (const header of ['', '-- transaction: false']) {
        const revisions = { ...itemsRevisions, '003.sql': sqlRevision('003', '002_stock', trigger, '', header) };
        const here = place(t, { mode, revisions });
        const before = contentAsLeft(here.database);
        assertRefusal(await here.run(['upgrade']), 21, emptied);
        assert.deepEqual(contentAsLeft(here.database), before);
      }
    });

    for (const body of [
      'BEFORE INSERT ON drydock_history BEGIN SELECT RAISE(IGNORE); END;',
      'BEFORE INSERT ON alembic_version BEGIN SELECT RAISE(IGNORE); END;',
      'BEFORE DELETE ON alembic_version BEGIN SELECT RAISE(IGNORE); END;',
      "AFTER INSERT ON drydock_history BEGIN UPDATE drydock_history SET run_id = 'other'; END;",
      "AFTER INSERT ON alembic_version BEGIN UPDATE alembic_version SET version_num = '009'; END;",
      'AFTER INSERT ON drydock_history BEGIN DELETE FROM alembic_version; END;',
      "BEFORE INSERT ON drydock_history BEGIN SELECT RAISE(ABORT, 'not here'); END;",
      "BEFORE INSERT ON drydock_history BEGIN SELECT RAISE(ROLLBACK, 'not here'); END;",
    ]) {
      test(`honest exit: rows of the run that a trigger keeps out are missed before the commit: ${body} (${mode})`, async (t) => {
        const here = place(t, { mode, sql: `${withHistory}\nCREATE TRIGGER "keeps out" ${body}` });
        const before = contentAsLeft(here.database);
        assertRefusal(await here.run(['upgrade']), 21, /trigger "keeps out"/, /[Dd]rop/);
        assert.deepEqual(contentAsLeft(here.database), before);
      });
    }

    test(`honest exit: a trigger that breaks nothing is let be, whichever snapshot is the way back (${mode})`, async (t) => {
      const audit = (on: string) =>
        `CREATE TRIGGER ${on.replaceAll(' ', '_')} AFTER ${on} BEGIN INSERT INTO audit VALUES ('${on}'); END;`;
      const events = ['INSERT ON drydock_history', 'UPDATE ON drydock_history', 'DELETE ON alembic_version'];
      const here = place(t, {
        mode,
        sql: `${withHistory}\nCREATE TABLE audit (what TEXT);\n${events.map(audit).join('\n')}`,
        revisions: { ...itemsRevisions, '003.sql': sqlRevision('003', '002_stock', 'SELECT 1 FROM nowhere;') },
      });
      assertRefusal(await here.run(['upgrade']), 20, /nowhere/);
      writeFileSync(join(here.migrations, '003.sql'), sqlRevision('003', '002_stock', 'CREATE TABLE later (id);'));
      const mended = await here.run(['upgrade']);
      assert.equal(mended.code, 0, mended.stderr);
      const [snapshot, ...others] = await listed(here);
      assert.deepEqual(others, []);
      assert.deepEqual(query(here, 'SELECT DISTINCT snapshot FROM drydock_history'), [[snapshot?.id]]);
      assert.deepEqual(query(here, 'SELECT what, count(*) FROM audit GROUP BY what'), [
        ['DELETE ON alembic_version', 1],
        ['INSERT ON drydock_history', 2],
      ]);
    });

    test(`a proven way back: the rows of a run name the snapshot that was there already (${mode})`, async (t) => {
      const revisions = { ...itemsRevisions, '003.sql': sqlRevision('003', '002_stock', 'SELECT 1 FROM nowhere;') };
      const here = place(t, { mode, revisions });
      assertRefusal(await here.run(['upgrade']), 20, /nowhere/);
      writeFileSync(join(here.migrations, '003.sql'), sqlRevision('003', '002_stock', 'CREATE TABLE later (id);'));
      assert.equal((await here.run(['upgrade'])).code, 0);
      const [snapshot, ...others] = await listed(here);
      assert.deepEqual(others, []);
      const rows = query(here, 'SELECT revision, snapshot FROM drydock_history ORDER BY id');
      assert.deepEqual(rows, [
        ['002_stock', snapshot?.id],
        ['003', snapshot?.id],
      ]);
    });

    for (const body of ['DELETE FROM items;', 'UPDATE items SET price = 0 WHERE id = 7;', 'SELECT RAISE(IGNORE);']) {
      test(`all or nothing: a trigger that fires after the commit changes nothing: ${body} (${mode})`, async (t) => {
        const here = place(t, {
          mode,
          sql: `${withHistory}\nCREATE TRIGGER late BEFORE UPDATE ON drydock_history BEGIN ${body} END;`,
          revisions: {
            ...itemsRevisions,
            '003.sql': sqlRevision('003', '002_stock', 'VACUUM;', '', '-- transaction: false'),
          },
        });
        const before = query(here, 'SELECT id, name, price FROM items');
        assertRefusal(await here.run(['upgrade']), 20, /Revision 003/, /trigger "late"/, /All else is committed/);
        assert.deepEqual(query(here, 'SELECT id, name, price FROM items'), before);
        const db = new Database(here.database);
        db.exec('DROP TRIGGER late');
        db.close();
        assert.equal((await here.run(['upgrade'])).code, 0);
        assert.deepEqual(query(here, "SELECT count(*) FROM drydock_history WHERE result = 'deferred'"), [[0]]);
      });
    }
  }
});
