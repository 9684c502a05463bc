/** What the checks before the commit must find, and what they must not make a fuss of. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { integrity } from '../harness/dump.ts';
import { type JournalMode, journalModes, sqlRevision } from '../harness/files.ts';
import {
  assertFailed,
  assertNothingLeft,
  assertUntouched,
  base,
  contentOf,
  execute,
  history,
  moduleRevision,
  query,
  scene,
  snapshotIn,
} from '../harness/scene.ts';
import { failingChecks } from './cases-failing-checks.ts';

/** The steps of SQLite's own documentation, for a table that others refer to with ON DELETE CASCADE. */
const rebuildByHand = `
  CREATE TABLE new_parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, age INTEGER);
  INSERT INTO new_parent (id, name) SELECT id, name FROM parent;
  DROP TABLE parent;
  ALTER TABLE new_parent RENAME TO parent;`;

describe('checks before the commit', { concurrency: 2 }, () => {
  failingChecks('default');

  for (const mode of journalModes) {
    test(`all or nothing: a rebuild of a parent table takes no child with it (${mode})`, async (t) => {
      const it = scene(t, {
        mode,
        files: {
          ...base,
          '002.sql': sqlRevision('002', '001_base', rebuildByHand),
          '003.ts': moduleRevision('003', '002', `op.alterColumn('parent', 'name', { type: 'VARCHAR(99)' });`),
        },
      });
      execute(it.database, "INSERT INTO child VALUES (9000, 7000, 'an orphan of old')");
      const rows = () => [
        query(it.database, 'SELECT rowid, * FROM child ORDER BY id'),
        query(it.database, 'SELECT rowid, id, name FROM parent ORDER BY id'),
        query(it.database, "SELECT * FROM pragma_foreign_key_list('child')"),
      ];
      const before = rows();

      const result = await it.run(['upgrade']);

      assert.equal(result.code, 0, result.stderr);
      assert.deepEqual(rows(), before);
      assert.equal(integrity(it.database), 'ok');
      assert.deepEqual(history(it.database), ['up 002 done', 'up 003 done']);
      assert.deepEqual(query(it.database, "SELECT type FROM pragma_table_info('parent') WHERE name = 'name'"), [
        { type: 'VARCHAR(99)' },
      ]);
      assertNothingLeft(it);
    });

    test(`honest exit: a revision that catches an SQL error and goes on is done (${mode})`, async (t) => {
      const it = goesOn(t, mode);
      const result = await it.run(['upgrade']);
      assert.equal(result.code, 0, result.stderr);
      assert.deepEqual(query(it.database, 'SELECT name FROM parent WHERE id < 4'), [
        { name: 'before' },
        { name: 'parent 2' },
        { name: 'after' },
      ]);
      // Half of an operation that broke off is not left behind.
      assert.deepEqual(query(it.database, "SELECT type FROM pragma_table_info('child') WHERE name = 'note'"), [
        { type: 'TEXT' },
      ]);
      assert.equal(integrity(it.database), 'ok');
      assertNothingLeft(it);
    });
  }

  test('honest exit: what a revision prints stays out of the one JSON object of --json', async (t) => {
    const print = `console.log('{"ok":false}'); console.error('drydock: not an error'); process.stdout.write('no newline');`;
    const text = moduleRevision('002', '001_base', print, { top: `console.log('at load');` });
    const it = scene(t, { mode: 'wal', files: { ...base, '002.ts': text } });

    const result = await it.run(['upgrade', '--json']);

    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, /^\{.*\}\n$/);
    assert.equal(result.json()['ok'], true);
    const printed = result.log.flatMap(({ output }) => (output === undefined ? [] : [output]));
    assert.deepEqual(printed.sort(), ['at load', 'drydock: not an error', 'no newline', '{"ok":false}']);
    assert.equal(result.error, '');
  });

  test('honest exit: what a failing revision prints stays out of the one JSON object of --json', async (t) => {
    const text = moduleRevision('002', '001_base', `console.log('first');\nthrow new Error('second');`);
    const it = scene(t, { mode: 'wal', files: { ...base, '002.ts': text } });
    const before = contentOf(it);

    const result = await it.run(['upgrade', '--json']);

    assertFailed(result, 20, 'second');
    assert.match(result.stdout, /^\{.*\}\n$/);
    const { ok, error } = result.json<{ ok: boolean; error: { code: string; exitCode: number; what: string } }>();
    assert.deepEqual([ok, error.code, error.exitCode], [false, 'REVISION_FAILED', 20]);
    assert.match(error.what, /second/);
    assertUntouched(it, before);
    assert.notEqual(snapshotIn(result), undefined);
  });
});

function goesOn(t: Parameters<typeof scene>[0], mode: JournalMode) {
  const upgrade = `
    op.execute("UPDATE parent SET name = 'before' WHERE id = 1");
    try { op.execute('INSERT INTO nowhere VALUES (1)') } catch {}
    try { op.execute("UPDATE parent SET name = 'x' WHERE id < 3") } catch {}
    try { op.alterColumn('child', 'note', { type: 'INTEGER' }) } catch {}
    op.execute("UPDATE parent SET name = 'after' WHERE id = 3");`;
  const it = scene(t, { mode, files: { ...base, '002.ts': moduleRevision('002', '001_base', upgrade) } });
  execute(it.database, "UPDATE child SET note = '007' WHERE id = 3");
  return it;
}
