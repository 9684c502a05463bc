/** Optimize and vacuum, which the daemon does in its windows: inside the safe run, and only where there is something to gain. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { maintainDatabase } from '../../src/api/maintenance.ts';
import { openSession, type SessionOptions } from '../../src/api/session.ts';
import { loadConfig } from '../../src/config/config.ts';
import { DrydockError } from '../../src/errors.ts';
import type { RunEvent } from '../../src/events.ts';
import { layoutFor } from '../../src/files/layout.ts';
import { listRunRecords } from '../../src/records/store.ts';
import type { MaintenanceVerb } from '../../src/run/outcome.ts';
import { Stop } from '../../src/stop.ts';
import { dump, integrity, versions } from '../harness/dump.ts';
import {
  createDatabase,
  type JournalMode,
  journalModes,
  revisionFolder,
  sqlRevision,
  testFolder,
} from '../harness/files.ts';

const contents = `
  CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
  INSERT INTO alembic_version VALUES ('a1');
  CREATE TABLE notes (n INTEGER PRIMARY KEY, text TEXT);
  CREATE INDEX notes_text ON notes (text);
  WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 4000)
  INSERT INTO notes SELECT n, printf('%.300c', 'x') || n FROM s;`;

async function place(t: TestContext, mode: JournalMode, before = '', after = 'DELETE FROM notes WHERE n % 4;') {
  const root = testFolder(t);
  const database = createDatabase(join(root, 'app.db'), mode, `${before}${contents}${after}`);
  const migrations = revisionFolder(root, { 'a1.sql': sqlRevision('a1', undefined, 'SELECT 1;', 'SELECT 1;') });
  const config = await loadConfig({ cwd: root, env: {}, flags: { database, migrations, lockTimeout: '1s' } });
  const run = (verb: MaintenanceVerb, options: SessionOptions = {}) =>
    maintainDatabase(config, verb, openSession(config, options));
  return { database, layout: layoutFor({ database }), run };
}

function pragma(database: string, name: string): unknown {
  const db = new Database(database, { readonly: true });
  try {
    return db.pragma(name, { simple: true });
  } finally {
    db.close();
  }
}

for (const mode of journalModes) {
  test(`a vacuum gives free pages back, behind a proven snapshot, and a second one has nothing to do (${mode})`, async (t) => {
    const { database, layout, run } = await place(t, mode);
    const before = dump(database);
    const bytes = statSync(database).size;

    const report = await run('vacuum');
    assert.equal(report.outcome, 'done');
    assert.ok(statSync(database).size < bytes / 2);
    assert.equal(dump(database), before);
    assert.equal(integrity(database), 'ok');
    assert.equal(pragma(database, 'journal_mode'), mode);
    assert.deepEqual(versions(database), ['a1']);
    assert.ok(!existsSync(layout.runJournal));
    const [record] = listRunRecords(layout, 1).runs;
    assert.deepEqual([record?.command, record?.ending.exitCode, record?.snapshot?.reason], ['vacuum', 0, 'vacuum']);
    const wal = statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    assert.equal(wal, 0);

    const again = await run('vacuum');
    assert.equal(again.outcome, 'nothing-pending');
    assert.equal(readdirSync(layout.snapshots).length, 2);
  });

  test(`optimize makes the planner's statistics, and changes nothing else (${mode})`, async (t) => {
    const { database, run } = await place(t, mode);
    const before = dump(database);
    assert.equal((await run('optimize')).outcome, 'done');
    const db = new Database(database);
    const analysed = db.prepare('SELECT idx FROM sqlite_stat1').pluck().all();
    db.exec('DROP TABLE IF EXISTS sqlite_stat4; DROP TABLE sqlite_stat1');
    db.close();
    assert.ok(analysed.includes('notes_text'));
    assert.equal(dump(database), before);
  });
}

test('an incremental vacuum is for a database that is made for it, and empties its list of free pages', async (t) => {
  const plain = await place(t, 'delete');
  await assert.rejects(
    plain.run('incremental-vacuum'),
    (error) =>
      error instanceof DrydockError && error.code === 'PREFLIGHT' && /auto_vacuum is not incremental/.test(error.what),
  );
  assert.ok(!existsSync(plain.layout.work));

  const { database, run } = await place(t, 'delete', 'PRAGMA auto_vacuum = INCREMENTAL; VACUUM;');
  const before = dump(database);
  assert.notEqual(pragma(database, 'freelist_count'), 0);
  assert.equal((await run('incremental-vacuum')).outcome, 'done');
  assert.equal(pragma(database, 'freelist_count'), 0);
  assert.equal(dump(database), before);
});

test('a vacuum that is stopped leaves the content as it was, and the next one does it', async (t) => {
  const { database, layout, run } = await place(t, 'delete');
  const before = dump(database);
  const stop = new AbortController();
  const observer = (event: RunEvent) => {
    if (event.kind === 'phase-start' && event.phase === 'maintain') stop.abort(new Stop('the end of its window'));
  };
  await assert.rejects(
    run('vacuum', { observer, signal: stop.signal }),
    (error) => error instanceof DrydockError && error.code === 'STOPPED' && /the end of its window/.test(error.what),
  );
  assert.equal(dump(database), before);
  assert.equal(integrity(database), 'ok');
  assert.ok(!existsSync(layout.runJournal));
  assert.equal((await run('vacuum')).outcome, 'done');
  assert.equal(dump(database), before);
});
