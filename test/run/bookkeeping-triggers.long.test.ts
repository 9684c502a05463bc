/** Triggers on the two tables that every run writes to: what they do is part of the run, and is judged with it. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import Database from 'better-sqlite3';
import { contentAsLeft } from '../harness/dump.ts';
import { journalModes, sqlRevision } from '../harness/files.ts';
import { itemsRevisions, listed, place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { emptied, query, withHistory } from './helpers-bookkeeping-triggers.ts';

describe('triggers on the tables of a run', { concurrency: 2 }, () => {
  for (const mode of journalModes) {
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
  }
});
