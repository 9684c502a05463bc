/** `revision --autogenerate`: what it writes, applied, leaves nothing for it to write. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dump } from '../harness/dump.ts';
import { project, stateOf } from '../harness/project.ts';
import { inTerminal } from '../harness/terminal.ts';
import { wrapped } from '../harness/users.ts';
import { mountTools, needs, readOnlyFolder } from '../harness/volumes.ts';
import { column, first, type Written } from './helpers-autogenerate.ts';

test('it writes .sql where SQLite can make the change in place, .ts where it cannot, and then finds nothing', async (t) => {
  const it = project(t, first, '');
  const wants = (sql: string) => writeFileSync(join(it.root, 'schema.sql'), sql);
  const autogenerate = ['revision', '--autogenerate', '-m', 'next', '--schema', 'schema.sql', '--rev-id'];

  wants(`${column('likes')} CREATE INDEX by_likes ON comments (likes) WHERE likes > 0;
    CREATE TRIGGER kept BEFORE DELETE ON comments WHEN old.likes > 9 BEGIN SELECT RAISE(ABORT, 'kept'); END;`);
  const sql = await it.json<Written>(...autogenerate, 'b1', '--branch-label', 'main', '--depends-on', 'a1');
  assert.match(sql.revision?.path ?? '', /b1_next\.sql$/);
  assert.deepEqual([sql.revision?.dependsOn, sql.revision?.branchLabels], [['a1'], ['main']]);
  assert.deepEqual(sql.changes, ['index by_likes on comments is missing', 'trigger kept on comments is missing']);

  wants(column('likes', 'REAL NOT NULL DEFAULT 0'));
  const before = readdirSync(it.migrations);
  assert.match(
    await it.fails(2, ...autogenerate, 'c1', '--sql'),
    /SQLite cannot make every change of the upgrade in place: .*Run the command again with --ts/,
  );
  assert.deepEqual(readdirSync(it.migrations), before);
  assert.match((await it.json<Written>(...autogenerate, 'c1')).revision?.path ?? '', /c1_next\.ts$/);

  await it.text('upgrade');
  const state = stateOf(it.root);
  assert.match(await it.text(...autogenerate, 'd1'), /^Nothing to do: the revisions make the desired schema/);
  // What the application's own database has, be it the live one, is a desired schema too.
  const live = await it.json<Written>('revision', '--autogenerate', '-m', 'x', '--schema', it.database);
  assert.deepEqual(live, { command: 'revision', ok: true, revision: null, changes: [] });
  assert.equal(stateOf(it.root), state, 'nothing was written');
});

test('what may be a rename is asked, and a flag answers it', async (t) => {
  const it = project(t, first);
  writeFileSync(
    join(it.root, 'schema.sql'),
    'CREATE TABLE comments (id INTEGER PRIMARY KEY, text TEXT, "a.b" INTEGER);',
  );
  const state = stateOf(it.root);
  const autogenerate = ['revision', '--autogenerate', '-m', 'names', '--schema', 'schema.sql'];
  assert.match(
    await it.fails(2, ...autogenerate),
    /is column comments\.text the column body under a new name\? is .*Answer with .*--rename comments\.body=text or --separate comments\.body=text/,
  );
  assert.match(
    await it.fails(2, ...autogenerate, '--rename', 'body'),
    /--rename 'body' is not understood.*table\.old=new/,
  );
  assert.match(
    await it.fails(2, 'revision', '-m', 'x', '--rename', 'a=b'),
    /--rename was given without --autogenerate/,
  );
  assert.equal(stateOf(it.root), state);

  const answers = ['--rename', 'comments.body=comments.text', '--separate', 'comments.likes="a.b"'];
  const { changes } = await it.json<Written>(...autogenerate, ...answers, '--rev-id', 'b1');
  assert.deepEqual(changes, [
    'column comments.body is to be called text',
    'column comments.likes is there and should not be',
    'column comments.a.b is missing',
  ]);
  const text = readFileSync(join(it.migrations, 'b1_names.sql'), 'utf8');
  assert.match(text, /RENAME COLUMN body TO text;/);
  assert.match(text, /DROP COLUMN likes;/);
  assert.match(await it.text(...autogenerate), /^Nothing to do/);
});

test('on a terminal each possible rename is asked for, until the answer is one', async (t) => {
  const it = project(t, first);
  writeFileSync(
    join(it.root, 'schema.sql'),
    'CREATE TABLE comments (id INTEGER PRIMARY KEY, text TEXT, score INTEGER);',
  );
  const autogenerate = ['revision', '--autogenerate', '-m', 'next', '--schema', 'schema.sql', '--rev-id', 'b1'];
  const text = /Is column comments\.text the column body under a new name\? \[y\/n\]/;
  const score = /Is column comments\.score the column likes under a new name\? \[y\/n\]/;
  const ended = await inTerminal(it.root, autogenerate, [{ to: text, typed: '\u0004' }]);
  assert.equal(ended.code, 2, ended.shown);
  assert.match(ended.shown, /There was no answer to "Is column comments\.text/);
  assert.deepEqual(readdirSync(it.migrations), ['a1.sql']);
  const answers = [
    { to: text, typed: 'perhaps\n' },
    { to: text, typed: 'y\n' },
    { to: score, typed: 'n\n' },
  ];
  const { code, shown } = await inTerminal(it.root, autogenerate, answers);
  assert.equal(code, 0, shown);
  const written = readFileSync(join(it.migrations, 'b1_next.sql'), 'utf8');
  const [, up = ''] = /-- migrate:up\n([\s\S]*)-- migrate:down/.exec(written) ?? [];
  assert.match(up, /RENAME COLUMN body TO text/);
  assert.match(up, /DROP COLUMN likes/);
});

for (const { what, options, runner } of [
  { what: 'that is not there', options: {}, runner: () => [] },
  {
    what: 'that may only be read',
    options: needs(...mountTools),
    runner: (folder: string) => {
      mkdirSync(folder);
      return readOnlyFolder(folder);
    },
  },
]) {
  test(
    `a temporary folder ${what} for the database of schema_command is one clear line, with 12`,
    options,
    async (t) => {
      const it = project(t, first);
      writeFileSync(
        join(it.root, 'config/drydock.yaml'),
        "database: ../data/app.db\nmigrations: ../migrations\nschema_command: 'true'\n",
      );
      const folder = join(it.root, 'temporary');
      const args = ['revision', '--autogenerate', '-m', 'x'];
      const { code, error } = await wrapped([...runner(folder), 'env', `TMPDIR=${folder}`], it.root, args);
      assert.equal(code, 12, error);
      assert.match(error, /^There is no temporary folder for the database of schema_command: E(NOENT|ROFS).*temporary/);
      assert.match(error, /Nothing was changed\. .*TMPDIR.*--tmpfs \/tmp.*\.$/);
    },
  );
}

test('a database that no tool knew before is adopted: its own schema as the first revision, then a true stamp', async (t) => {
  const schema = `CREATE TABLE "order" (id INTEGER PRIMARY KEY AUTOINCREMENT, note TEXT COLLATE NOCASE DEFAULT 'x--y', "a b" INT,
      total INT GENERATED ALWAYS AS (id * 2) STORED, CHECK (id > 0)) STRICT;
    CREATE TABLE tags (name TEXT PRIMARY KEY, of_order REFERENCES "order" (id) ON DELETE CASCADE) WITHOUT ROWID;
    CREATE UNIQUE INDEX noted ON "order" (lower(note), "a b" DESC) WHERE note IS NOT NULL;
    CREATE VIEW noted_orders AS SELECT id FROM "order" WHERE note IS NOT NULL;
    CREATE TRIGGER untag AFTER DELETE ON "order" BEGIN DELETE FROM tags WHERE of_order = old.id; END;
    CREATE VIRTUAL TABLE notes USING fts5 (body);
    INSERT INTO "order" (note) VALUES ('kept');`;
  const it = project(t, {}, schema);
  const before = dump(it.database);
  await it.text('revision', '--autogenerate', '-m', 'as it is', '--schema', it.database);
  await it.text('stamp', 'head');
  assert.equal(dump(it.database), before);
  // As `.schema` of the shell prints it.
  const printed = `${schema} CREATE TABLE sqlite_sequence(name,seq); CREATE TABLE IF NOT EXISTS 'notes_data'(id INTEGER PRIMARY KEY, block BLOB);`;
  writeFileSync(join(it.root, 'schema.sql'), printed);
  assert.match(await it.text('revision', '--autogenerate', '-m', 'x', '--schema', 'schema.sql'), /^Nothing to do/);
  assert.equal((await it.json<{ ok: boolean }>('check', '--schema', it.database)).ok, true);
});
