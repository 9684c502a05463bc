/** The verbs as functions, in this very process. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import type * as Drydock from '../../src/index.ts';
import { libraryPath } from '../harness/command.ts';
import { dump, versions } from '../harness/dump.ts';
import { createDatabase, revisionFolder, sqlRevision, testFolder } from '../harness/files.ts';

const drydock: typeof Drydock = await import(libraryPath);

const files = {
  'a1.sql': sqlRevision(
    'a1',
    undefined,
    'CREATE TABLE notes (n INTEGER);',
    '-- expect: rows notes dropped\nDROP TABLE notes;',
  ),
  'a2.ts': `export const revision = 'a2';
export const revises = 'a1';
export function upgrade(op) {
  for (let n = 0; n < Number(op.arguments.rows ?? 1); n += 1) op.execute('INSERT INTO notes VALUES (?)', n);
}
export function downgrade(op) {
  op.execute('DELETE FROM notes');
}
`,
};

async function place(t: TestContext, revisions: Readonly<Record<string, string>> = files) {
  const root = testFolder(t);
  const database = createDatabase(join(root, 'app.db'), 'wal', '');
  const migrations = revisionFolder(root, revisions);
  const config = await drydock.loadConfig({ database, migrations, lockTimeout: '1s' }, { cwd: root, env: {} });
  return { config, database };
}

/** The error that something must end with, as its code and its text. */
async function failure(work: Promise<unknown>): Promise<Drydock.DrydockError> {
  const error = await work.then(
    () => assert.fail('it did not fail'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof drydock.DrydockError, String(error));
  return error;
}

test('a database is brought up, looked at, rehearsed, brought back and restored, with plain values', async (t) => {
  const { config, database } = await place(t);
  assert.deepEqual(
    (await drydock.heads(config)).map(({ id, children }) => [id, children]),
    [['a2', []]],
  );
  assert.deepEqual(await drydock.branches(config), []);
  const [shown] = await drydock.show(config, 'a1');
  assert.deepEqual([shown?.message, shown?.children], ['a1', ['a2']]);

  const plan = await drydock.plan(config, 'a2', { arguments: { rows: '7' } });
  assert.deepEqual(
    [plan.outcome, plan.steps.map(({ id, direction }) => `${direction} ${id}`)],
    ['pending', ['up a1', 'up a2']],
  );
  assert.deepEqual((await drydock.lint(config, ['a1'])).revisions, ['a1']);

  const first = await drydock.upgrade(config, 'a1');
  assert.deepEqual([first.outcome, first.to], ['done', ['a1']]);
  const rehearsal = await drydock.rehearse(config, 'head', { arguments: { rows: '7' } });
  assert.ok(rehearsal.outcome === 'passed');
  assert.deepEqual(
    rehearsal.checks.filter(({ check }) => check === 'rows').map(({ after }) => after),
    [7],
  );
  assert.deepEqual(versions(database), ['a1']);

  const created = await drydock.createSnapshot(config);
  assert.deepEqual(created.snapshot.revision, ['a1']);
  const second = await drydock.upgrade(config, 'head', { arguments: { rows: '3' } });
  assert.deepEqual([second.outcome, second.to], ['done', ['a2']]);
  const again = await drydock.upgrade(config);
  assert.deepEqual(again, { outcome: 'nothing-pending', database, from: ['a2'], to: ['a2'] });

  const { revisions, runs } = await drydock.history(config, 'a1:');
  assert.deepEqual(
    revisions.map(({ id, current }) => [id, current]),
    [
      ['a2', true],
      ['a1', false],
    ],
  );
  assert.deepEqual(
    runs.map(({ revision, result }) => [revision, result]),
    [
      ['a1', 'done'],
      ['a2', 'done'],
    ],
  );
  const statistics = [{ name: 'notes', sql: 'SELECT count(*) FROM notes' }];
  assert.deepEqual(await drydock.stats({ ...config, statistics }), {
    database,
    statistics: [{ name: 'notes', value: 3 }],
  });
  const { verdict, rows } = await drydock.verify(config);
  assert.deepEqual([verdict, rows], ['sound', { notes: 3 }]);

  assert.equal((await drydock.verifySnapshot(config, created.snapshot.id)).snapshot.id, created.snapshot.id);
  const restored = await drydock.restoreSnapshot(config, created.snapshot.id, { dataLoss: 'accepted' });
  assert.deepEqual(restored.restored.revision, ['a1']);
  assert.equal((await drydock.current(config)).atHeads, false);
  assert.ok((await drydock.listSnapshots(config)).snapshots.length >= 2);
  assert.deepEqual(await drydock.pruneSnapshots(config), { pruned: [] });
  assert.deepEqual((await drydock.stamp(config, ['base'], { mismatch: 'accept' })).to, []);
  assert.equal((await drydock.ensureVersion(config)).outcome, 'nothing-pending');

  const { runs: records } = await drydock.listRuns(config);
  assert.deepEqual(records.map(({ command }) => command).toReversed(), [
    'upgrade',
    'rehearse',
    'snapshot create',
    'upgrade',
    'snapshot restore',
    'snapshot prune',
    'stamp',
  ]);
  assert.deepEqual(await drydock.showRun(config), records[0]);
  assert.match(await drydock.report(config), /^<!DOCTYPE html>/);
  assert.match(
    await drydock.report(config, String(records[1]?.runId), 'markdown'),
    /^# Snapshot prune of app\.db: done/,
  );
  const { refusal, findings } = await drydock.doctor(config);
  // Which programs are on this machine is not the point.
  const told = findings.filter(({ level, probe }) => level !== 'ok' && probe !== 'versions');
  assert.deepEqual([refusal, told], [null, []]);
});

test('a revision is written, branched off and merged, and the database checked against them', async (t) => {
  const { config } = await place(t);
  await drydock.upgrade(config);
  const { drift, pending, wanted } = await drydock.check(config);
  assert.deepEqual([drift.differences, pending, wanted], [[], [], null]);
  const next = await drydock.createRevision(config, { message: 'tags of notes', kind: 'ts', id: 'a3' });
  assert.deepEqual([next.revises, next.path], [['a2'], join(config.migrations, 'a3_tags_of_notes.ts')]);
  await drydock.createRevision(config, { message: 'aside', id: 'b1', head: 'a2', parents: 'splice' });
  assert.deepEqual((await drydock.check(config).then(({ pending: ids }) => ids)).toSorted(), ['a3', 'b1']);
  const merged = await drydock.mergeRevisions(config, ['heads'], { id: 'm1' });
  assert.deepEqual(merged.revises.toSorted(), ['a3', 'b1']);
  assert.equal((await failure(drydock.createRevision(config, { message: 'again', id: 'a3' }))).code, 'USAGE');
  assert.equal((await drydock.unlock(config)).outcome, 'was-free');
});

test('a project is begun, a revision generated, edited and written down as a script, and a shell completed', async (t) => {
  const cwd = testFolder(t);
  const begun = await drydock.init({ database: 'app.db', cwd });
  assert.deepEqual(begun.created, [begun.migrations, join(begun.migrations, 'README.md'), begun.config]);
  const schema = join(cwd, 'schema.sql');
  const wants = (sql: string) => writeFileSync(schema, sql);
  wants('CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);');
  const loaded = await drydock.loadConfig({ config: begun.config }, { cwd, env: {} });
  const config: Drydock.Config = { ...loaded, wantedSchema: { kind: 'file', path: schema } };

  const first = await drydock.autogenerate(config, { message: 'notes', id: 'a1', kind: 'sql' });
  assert.deepEqual([first.revision?.id, first.changes], ['a1', ['table notes is missing']]);
  assert.deepEqual(await drydock.autogenerate(config, { message: 'again' }), { revision: null, changes: [] });
  wants('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);');
  const unanswered = await failure(drydock.autogenerate(config, { message: 'text' }));
  assert.deepEqual([unanswered.code, unanswered.state], ['USAGE', 'No revision was written']);
  const second = await drydock.autogenerate(config, { message: 'text', id: 'a2', renames: ['notes.body=text'] });
  assert.deepEqual(second.changes, ['column notes.body is to be called text']);

  const edited = await drydock.edit(config, 'a2', "sed -i 's/^-- message: .*/-- message: what it is/'");
  assert.deepEqual(edited, [{ id: 'a2', path: second.revision?.path, changed: true }]);
  assert.equal((await drydock.show(config, 'a2'))[0]?.message, 'what it is');

  const { sql, ...script } = await drydock.script(config, { verb: 'upgrade', target: 'head', start: 'a1' });
  assert.deepEqual(script, { from: ['a1'], to: ['a2'], steps: [{ id: 'a2', direction: 'up' }] });
  assert.match(sql, /RENAME COLUMN "?body"? TO "?text"?/);
  const stamp = await drydock.script(config, { verb: 'stamp', targets: ['a1'], start: 'base' });
  assert.match(stamp.sql, /INSERT INTO alembic_version/);
  assert.ok((await drydock.completion('bash')).includes('complete -F _drydock drydock'));
});

test('an error has its code, what, state and next, and the database is as it was', async (t) => {
  const { config, database } = await place(t);
  await drydock.upgrade(config);
  const before = dump(database);
  const error = await failure(drydock.downgrade(config, 'a1'));
  assert.deepEqual([error.code, error.exitCode], ['CHECK_FAILED', 21]);
  assert.match(error.what, /notes lost 1 row/);
  assert.match(error.state ?? '', /^The database is unchanged/);
  assert.equal(dump(database), before);
  assert.equal((await failure(drydock.upgrade(config, 'nowhere'))).code, 'USAGE');
});

test('a downgrade that loses data needs to be told that this is accepted', async (t) => {
  const announced = `${files['a2.ts']}export const expect = { down: { notes: 'fewer' } };\n`;
  const { config, database } = await place(t, { ...files, 'a2.ts': announced });
  await drydock.upgrade(config, 'head', { arguments: { rows: '4' } });
  const refused = await failure(drydock.downgrade(config, 'base'));
  assert.equal(refused.code, 'USAGE');
  assert.match(refused.what, /loses data: table notes with 4 rows \(revision a1\)$/);
  assert.deepEqual(versions(database), ['a2']);
  const report = await drydock.downgrade(config, 'base', { dataLoss: 'accepted' });
  assert.ok('losses' in report);
  assert.deepEqual(report.losses, [{ revision: 'a1', table: 'notes', column: null, rows: 4 }]);
  assert.deepEqual(versions(database), []);
});

test('while this process has the database open nothing is done, since its locks would be lost', async (t) => {
  const { config, database } = await place(t);
  const own = new Database(database);
  for (const work of [drydock.upgrade, drydock.current, drydock.verify, drydock.createSnapshot]) {
    const error = await failure(work(config));
    assert.equal(error.code, 'USAGE');
    assert.match(error.what, /^This process has \S+app\.db open itself/);
  }
  own.close();
  assert.equal((await drydock.upgrade(config)).outcome, 'done');
});

test('no lost write: the same by another name of the file, as with a bind mount', async (t) => {
  const { config, database } = await place(t);
  const other = `${database}.other-name`;
  linkSync(database, other);
  const own = new Database(other);
  assert.match((await failure(drydock.current(config))).what, /^This process has \S+app\.db open itself/);
  own.close();
  rmSync(other);
  assert.deepEqual((await drydock.current(config)).current, []);
});

test('what an async observer rejects with becomes a warning, and the run goes on', async (t) => {
  const { config, database } = await place(t);
  const warned = once(process, 'warning');
  const observer = async ({ kind }: Drydock.RunEvent) => {
    if (kind === 'run-start') throw new Error('a log that is away');
  };
  assert.equal((await drydock.upgrade(config, 'head', { observer })).outcome, 'done');
  assert.deepEqual(versions(database), ['a2']);
  const [warning] = await warned;
  assert.match(warning.message, /an observer of Drydock failed: a log that is away/);
});

test('a signal and the deadline stop a run and roll it back; what an observer throws does not', async (t) => {
  const endless = sqlRevision(
    'a1',
    undefined,
    'CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n;',
  );
  const { config, database } = await place(t, { 'a1.sql': endless });
  const before = dump(database);
  const abort = new AbortController();
  const observer: Drydock.Observer = (event) => {
    if (event.kind === 'phase-start' && event.phase === 'migrate') abort.abort(new Error('the program is closing'));
    if (event.kind === 'run-start') throw new Error('an observer with a mistake');
  };
  const warned = once(process, 'warning');
  const stopped = await failure(drydock.upgrade(config, 'head', { observer, signal: abort.signal }));
  assert.equal(stopped.code, 'STOPPED');
  assert.match(stopped.what, /^The run was stopped by the program that started it/);
  const [warning] = await warned;
  assert.match(warning.message, /an observer of Drydock failed: an observer with a mistake/);

  assert.equal((await failure(drydock.upgrade(config, 'head', { signal: AbortSignal.abort() }))).code, 'STOPPED');
  const late = await failure(drydock.upgrade({ ...config, deadlineMs: 1_500 }));
  assert.match(late.what, /^The run was stopped by its deadline of 1500 ms/);
  // A timer of Node takes them for 1 ms.
  for (const deadlineMs of [3e9, Number.POSITIVE_INFINITY, Number.NaN, 0, -1]) {
    const refused = await failure(drydock.upgrade({ ...config, deadlineMs }));
    assert.deepEqual([refused.code, refused.what.includes(`deadlineMs is ${deadlineMs},`)], ['USAGE', true]);
  }
  assert.equal(dump(database), before);
});
