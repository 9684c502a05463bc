/** Upgrade, downgrade and stamp along branches, with real runs: what alembic_version holds is what Alembic would write. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { versions } from '../harness/dump.ts';
import { sqlRevision } from '../harness/files.ts';
import { alembicAt, branched, project } from '../harness/project.ts';
import { type Report, tables } from './helpers-runs.ts';

test('at a revision that no file has, the way out is the one of where the database comes from', async (t) => {
  const it = project(t, branched, alembicAt('z9'));
  assert.match(
    await it.fails(4, 'upgrade'),
    /where Alembic brought the database there, write that down: `drydock revision --autogenerate --rev-id z9 -m .* --schema \S+app\.db` \(docs\/from-alembic\.md\)/,
  );
  await it.text('stamp', 'c2', '--purge', '--force');
  const database = new Database(it.database);
  database.exec("UPDATE alembic_version SET version_num = 'z9'");
  database.close();
  const sentence = await it.fails(4, 'upgrade');
  assert.match(sentence, /Run the image that has revision 'z9', or go back with that image: `drydock downgrade/);
  assert.match(sentence, /a restore .*loses what was written since/);
  assert.match(await it.fails(4, 'stamp', 'b1', 'c1'), /forget .*: `drydock stamp --purge b1 c1/);
});

test('a stamp takes several targets, leaves other branches, and forgets unknown rows only with --purge', async (t) => {
  const it = project(t, branched, alembicAt('z9'));
  assert.match(await it.fails(4, 'stamp', 'b1'), /at revision 'z9', which no revision file has/);
  const purged = await it.json<Report>('stamp', 'b1', 'c1', '--purge', '--force');
  assert.deepEqual([purged.from, purged.to, versions(it.database)], [['z9'], ['b1', 'c1'], ['b1', 'c1']]);
  assert.match(await it.text('stamp', 'base'), /^Stamped \S+ from b1, c1 to base in/);
  assert.deepEqual([versions(it.database), tables(it.database)], [[], []]);
  const { runs } = await it.json<{ runs: { revision: string; direction: string }[] }>('history');
  assert.deepEqual(runs.at(-1), { ...runs.at(-1), revision: 'base', direction: 'stamp' });
});

test('where the tables of a database at base stand already, a stamp is named', async (t) => {
  const made = 'CREATE TABLE t (a INTEGER);';
  const module =
    "export const revision = 'a1'; export function upgrade(op) { op.execute('CREATE TABLE t (a INTEGER)'); } export function downgrade() {}";
  for (const files of [{ 'a1.sql': sqlRevision('a1', undefined, made) }, { 'a1.js': module }]) {
    const it = project(t, files, made);
    assert.match(
      await it.fails(20, 'upgrade'),
      /table t already exists.* If the database has this schema already, say so: `drydock stamp <revision>`; otherwise fix/,
    );
    await it.text('stamp', 'a1');
  }
  const behind = project(
    t,
    { 'a1.sql': sqlRevision('a1', undefined, made), 'b1.sql': sqlRevision('b1', 'a1', made) },
    `${made} ${alembicAt('a1')}`,
  );
  const error = await behind.fails(20, 'upgrade');
  assert.match(error, /table t already exists.* Fix the revision and run again\.$/);
});
