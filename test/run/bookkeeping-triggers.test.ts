/** Triggers on the two tables that every run writes to: what they do is part of the run, and is judged with it. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import Database from 'better-sqlite3';
import { contentAsLeft } from '../harness/dump.ts';
import { journalModes, sqlRevision } from '../harness/files.ts';
import { itemsRevisions, place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { allElseCommitted } from '../harness/sentences.ts';
import { emptied, query, withHistory } from './helpers-bookkeeping-triggers.ts';

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
        assertRefusal(await here.run(['upgrade']), 20, /Revision 003/, /trigger "late"/, allElseCommitted);
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
