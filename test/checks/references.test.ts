/** Values that a foreign-key column loses to NULL, which no count of rows shows. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sqlRevision } from '../harness/files.ts';
import {
  assertFailed,
  assertNothingLeft,
  assertSnapshotKept,
  assertUntouched,
  base,
  contentOf,
  execute,
  moduleRevision,
  query,
  scene,
} from '../harness/scene.ts';

const rebuildThatForgets = `
  CREATE TABLE new_note (id INTEGER PRIMARY KEY, child_id INTEGER REFERENCES child (id));
  INSERT INTO new_note (id) SELECT id FROM note;
  DROP TABLE note;
  ALTER TABLE new_note RENAME TO note;`;

describe('values of foreign keys', { concurrency: 2 }, () => {
  test('no lost write: a rebuild that loses what rows refer to is undone, unless it is announced (delete)', async (t) => {
    const it = scene(t, {
      mode: 'delete',
      files: { ...base, '002.sql': sqlRevision('002', '001_base', rebuildThatForgets) },
    });
    execute(
      it.database,
      `CREATE TABLE note (id INTEGER PRIMARY KEY, child_id INTEGER REFERENCES child (id));
      INSERT INTO note VALUES (1, 1), (2, 2), (3, NULL);`,
    );
    const before = contentOf(it);

    const result = await it.run(['upgrade']);

    assertFailed(result, 21, /note\.child_id lost 2 values to NULL/);
    assertUntouched(it, before);
    assertSnapshotKept(it, result, before);

    const line = /^drydock: .*add `(.*?)` to the revision/m.exec(result.stderr)?.[1];
    it.revision('002.sql', sqlRevision('002', '001_base', `${line}\n${rebuildThatForgets}`));
    const announced = await it.run(['upgrade']);
    assert.equal(announced.code, 0, announced.stderr);
    assert.deepEqual(query(it.database, 'SELECT count(child_id) AS n FROM note'), [{ n: 0 }]);
    assertNothingLeft(it);
  });

  test('no lost write: of a module on a working copy, and of a way back (wal)', async (t) => {
    const text = (top: string) =>
      moduleRevision('002', '001_base', "op.execute('SELECT 1');", {
        top: `export const transaction = false;\n${top}`,
        downgrade: "op.execute('UPDATE note SET child_id = NULL WHERE id = 1');",
      });
    const it = scene(t, { mode: 'wal', files: { ...base, '002.ts': text('') } });
    execute(
      it.database,
      `CREATE TABLE note (id INTEGER PRIMARY KEY, child_id INTEGER REFERENCES child (id));
      INSERT INTO note VALUES (1, 1), (2, 2);`,
    );
    assert.equal((await it.run(['upgrade'])).code, 0);
    const before = contentOf(it);

    const result = await it.run(['downgrade', '-1']);

    assertFailed(result, 21, /note\.child_id lost 1 value to NULL/);
    assertUntouched(it, before);
    const line = /^drydock: .*add `(.*?)` to the revision/m.exec(result.stderr)?.[1];
    it.revision('002.ts', text(line ?? ''));
    const stamped = await it.run(['stamp', 'current']);
    assert.equal(stamped.code, 0, stamped.stderr);
    const announced = await it.run(['downgrade', '-1']);
    assert.equal(announced.code, 0, announced.stderr);
    assert.deepEqual(query(it.database, 'SELECT count(child_id) AS n FROM note'), [{ n: 1 }]);
  });
});
