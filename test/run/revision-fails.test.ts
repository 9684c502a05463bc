/** Revisions that fail, each in its own way: whatever they do, the database is what it was. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { journalModes, sqlRevision } from '../harness/files.ts';
import {
  assertFailed,
  assertSnapshotKept,
  assertUntouched,
  base,
  contentOf,
  execute,
  lineOf,
  moduleRevision,
  scene,
  snapshotIn,
  snapshots,
} from '../harness/scene.ts';
import { failingRevisions, refusedWhenRead } from './cases-failing-revisions.ts';

describe('revisions that fail', { concurrency: 2 }, () => {
  failingRevisions('default');

  for (const mode of journalModes) {
    test(`all or nothing: several good revisions before a bad one (${mode})`, async (t) => {
      const good = {
        '002.sql': sqlRevision('002', '001_base', 'ALTER TABLE parent ADD COLUMN a INTEGER;'),
        '003.ts': moduleRevision('003', '002', `op.alterColumn('parent', 'name', { type: 'TEXT' });`),
        '004.sql': sqlRevision('004', '003', 'CREATE INDEX child_note ON child (note);'),
      };
      const bad = sqlRevision('005', '004', 'CREATE TABLE fresh (id);\nINSERT INTO fresh VALUES (1, 2);');
      const it = scene(t, { mode, files: { ...base, ...good, '005.sql': bad } });
      const before = contentOf(it);

      const result = await it.run(['upgrade']);

      assertFailed(result, 20, `${join(it.migrations, '005.sql')}:${lineOf(bad, 'VALUES (1, 2)')}`);
      assertUntouched(it, before);
      assertSnapshotKept(it, result, before);
    });

    test(`all or nothing: a downgrade whose second step fails (${mode})`, async (t) => {
      const bad = sqlRevision('002', '001_base', 'CREATE TABLE fresh (id);', 'DROP TABLE fresh;\nDROP TABLE nowhere;');
      const files = {
        ...base,
        '002.sql': bad,
        '003.sql': sqlRevision('003', '002', 'CREATE TABLE late (id);', 'DROP TABLE late;'),
      };
      const it = scene(t, { mode, files });
      assert.equal((await it.run(['upgrade'])).code, 0);
      const before = contentOf(it);

      const result = await it.run(['downgrade', '001_base', '--yes']);

      assertFailed(result, 20, `${join(it.migrations, '002.sql')}:${lineOf(bad, 'DROP TABLE nowhere')}`, 'downgrade');
      assertUntouched(it, before);
      assertSnapshotKept(it, result, before);
    });

    test(`a proven way back: a run that failed where an older snapshot is equal leaves the newest one, of what it began with (${mode})`, async (t) => {
      const it = scene(t, {
        mode,
        files: { ...base, '002_bad.sql': sqlRevision('002_bad', '001_base', 'INSERT INTO nowhere VALUES (1);') },
      });
      const older = (await it.run(['snapshot', 'create', '--json'])).json<{ snapshot: { id: string } }>().snapshot.id;
      execute(it.database, "INSERT INTO parent VALUES (999, 'new')");
      assert.equal((await it.run(['snapshot', 'create'])).code, 0);
      assert.equal((await it.run(['snapshot', 'restore', older, '--yes'])).code, 0);
      it.revision('../drydock.yaml', 'database: stock.db\nmigrations: migrations\nsnapshots: { keep: 1 }\n');
      const before = contentOf(it);

      const result = await it.run(['upgrade']);

      assertFailed(result, 20, '002_bad.sql');
      assertUntouched(it, before);
      assertSnapshotKept(it, result, before);
      assert.deepEqual(
        snapshots(it).map(({ id }) => id),
        [snapshotIn(result)],
      );
    });
  }

  refusedWhenRead('default');
});
