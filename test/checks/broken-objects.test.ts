/** A view that a run breaks. The promise attacked: all or nothing, also for what is not rows. */
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CheckResult } from '../../src/checks/measurement.ts';
import type { ErrorDetail } from '../../src/errors.ts';
import { sqlRevision } from '../harness/files.ts';
import { alembicAt, project } from '../harness/project.ts';

const tables = `CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO people VALUES (1, 'Ada');
CREATE VIEW names AS SELECT name FROM people; CREATE VIEW old AS SELECT missing FROM people;`;
const aside = `ALTER TABLE people RENAME TO people_old;
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO people SELECT * FROM people_old;
DROP TABLE people_old;`;
const statements = aside.split('\n');
const inModule = `export const revision = 'b1';
export const revises = 'a1';
export function upgrade(op) {
${statements.map((sql) => `  op.execute(${JSON.stringify(sql)});`).join('\n')}
}
export function downgrade() {}
`;

const revisions = { 'b1.sql': sqlRevision('b1', 'a1', aside), 'b1.js': inModule };
for (const [file, text] of Object.entries(revisions)) {
  test(`all or nothing: ${file} leaves a view broken, and its announcement is followed`, async (t) => {
    // The view "old" is in the way of SQLite's own rename.
    const it = project(
      t,
      { 'a1.sql': sqlRevision('a1', undefined, ''), [file]: text },
      `${alembicAt('a1')}${tables.replace('CREATE VIEW old AS SELECT missing FROM people;', '')}`,
    );
    const before = readFileSync(it.database);
    const failed = await it.run(['upgrade', '--json']);
    assert.equal(failed.code, 21, failed.stderr);
    assert.deepEqual(readFileSync(it.database), before);
    const { error } = failed.json<{ error: ErrorDetail }>();
    const line = /add `([^`]+)` to the revision/.exec(error.what)?.[1] ?? assert.fail(error.what);
    assert.match(error.what, /the view names does not compile \(no such table: main\.people_old\), and it did before/);
    const announced = file.endsWith('.sql')
      ? text.replace('-- migrate:up\n', `-- migrate:up\n${line}\n`)
      : `${line}\n${text}`;
    writeFileSync(join(it.migrations, file), announced);
    const { checks } = await it.json<{ checks: readonly CheckResult[] }>('upgrade');
    const { subject, ok, before: was, after } = checks.find(({ check }) => check === 'objects') ?? assert.fail();
    assert.deepEqual({ subject, ok, was, after }, { subject: 'names', ok: true, was: 'compiles', after: 'broken' });
  });
}

test('an honest report: what was broken before is left alone, and named', async (t) => {
  const files = {
    'a1.sql': sqlRevision('a1', undefined, ''),
    'b1.sql': sqlRevision('b1', 'a1', 'CREATE TABLE pets (x);'),
  };
  const it = project(t, files, `${alembicAt('a1')}${tables}`);
  const { checks } = await it.json<{ checks: readonly CheckResult[] }>('upgrade');
  const objects = checks.filter(({ check }) => check === 'objects');
  assert.deepEqual(
    objects.map(({ subject, ok, message }) => ({ subject, ok, message })),
    [
      {
        subject: 'old',
        ok: true,
        message: 'the view old does not compile (no such column: missing), as before the run',
      },
    ],
  );
});

test('all or nothing: rehearse finds what a run would break', async (t) => {
  const it = project(
    t,
    { 'a1.sql': sqlRevision('a1', undefined, ''), 'b1.sql': sqlRevision('b1', 'a1', 'DROP TABLE people;') },
    `${alembicAt('a1')}CREATE TABLE people (x); CREATE VIEW names AS SELECT * FROM people;`,
  );
  assert.match(await it.fails(21, 'rehearse'), /the view names does not compile/);
});

test('an honest exit: verify and check name what does not compile, unless it is announced or ignored', async (t) => {
  const files = {
    'a1.sql': sqlRevision('a1', undefined, 'CREATE VIEW old AS SELECT missing FROM people;'),
    'b1.sql': sqlRevision('b1', 'a1', '-- expect: broken view names'),
  };
  const views = `CREATE TABLE people (id INTEGER PRIMARY KEY); CREATE VIEW old AS SELECT missing FROM people;
    CREATE VIEW names AS SELECT name FROM people; CREATE VIEW series AS SELECT value FROM my_series(1, 10);
    CREATE VIEW titles AS SELECT title_sort("text") FROM people;`;
  const it = project(t, files, `${alembicAt('b1')}${views}`);
  const verified = await it.run(['verify', '--json']);
  assert.equal(verified.code, 21);
  const broken = ['the view old does not compile (no such column: missing)'];
  const { verdict, brokenObjects } = verified.json<{ verdict: string; brokenObjects: readonly string[] }>();
  assert.deepEqual({ verdict, brokenObjects }, { verdict: 'data', brokenObjects: broken });
  const checked = await it.run(['check', '--json']);
  assert.equal(checked.code, 3);
  assert.deepEqual(checked.json<{ broken: readonly string[] }>().broken, broken);
  appendFileSync(join(it.root, 'config/drydock.yaml'), 'ignore_tables: [old]\n');
  assert.equal((await it.run(['verify'])).code, 0);
});
