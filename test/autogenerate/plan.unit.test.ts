import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChangePlan, planChanges } from '../../src/autogenerate/plan-changes.ts';
import type { RenameDecision } from '../../src/autogenerate/renames.ts';
import { renderModuleRevision } from '../../src/autogenerate/render-module.ts';
import { renderSqlRevision } from '../../src/autogenerate/render-sql.ts';
import { schemaFrom } from '../schema/database.ts';
import { assertPlanWorks } from './apply.ts';

const header = { revision: '008_next', revises: ['007_entity_tracking'], message: 'the  next\none' };

function planOf(from: string, to: string, decisions: readonly RenameDecision[] = []): ChangePlan {
  const result = planChanges(schemaFrom(from), schemaFrom(to), decisions);
  assert.equal(result.kind, 'plan');
  return result.plan;
}

function questionsOf(from: string, to: string, decisions: readonly RenameDecision[] = []): string[] {
  const result = planChanges(schemaFrom(from), schemaFrom(to), decisions);
  return result.kind === 'questions' ? result.questions.map(({ sentence }) => sentence) : [];
}

const isUsage = (pattern: RegExp) => (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'USAGE' && pattern.test(error.message);

test('a .sql revision, in place both ways', () => {
  const from = `CREATE TABLE comments (id INTEGER PRIMARY KEY, body TEXT, likes INTEGER);
    CREATE INDEX c_likes ON comments (likes); CREATE VIEW top AS SELECT body FROM comments`;
  const to = `CREATE TABLE comments (id INTEGER PRIMARY KEY, content TEXT NOT NULL,
      score REAL DEFAULT 0 CONSTRAINT sane CHECK (score >= 0), FOREIGN KEY (id) REFERENCES people);
    CREATE TABLE people (id INTEGER PRIMARY KEY) -- who wrote them
    ; CREATE VIEW top AS SELECT content FROM comments -- the best`.replace(', FOREIGN KEY (id) REFERENCES people', '');
  const renamed = { kind: 'column', table: 'comments', from: 'body', to: 'content', answer: 'rename' } as const;
  assert.equal(
    renderSqlRevision(
      header,
      planOf(from, to, [renamed, { ...renamed, from: 'likes', to: 'score', answer: 'separate' }]),
    ),
    `-- revision: 008_next
-- revises: 007_entity_tracking
-- message: the next one

-- migrate:up
DROP VIEW top;
DROP INDEX c_likes;
ALTER TABLE comments RENAME COLUMN body TO content;
ALTER TABLE comments ADD COLUMN score REAL DEFAULT 0 CONSTRAINT sane CHECK (score >= 0);
-- The values of comments.likes are lost.
ALTER TABLE comments DROP COLUMN likes;
-- SQLite refuses this while a row holds NULL in content.
ALTER TABLE comments ALTER COLUMN content SET NOT NULL;
CREATE TABLE people (id INTEGER PRIMARY KEY);
CREATE VIEW top AS SELECT content FROM comments;

-- migrate:down
-- expect: rows people dropped
DROP VIEW top;
-- The rows of people are lost.
DROP TABLE people;
ALTER TABLE comments RENAME COLUMN content TO body;
ALTER TABLE comments ADD COLUMN likes INTEGER;
-- The values of comments.score are lost.
ALTER TABLE comments DROP COLUMN score;
ALTER TABLE comments ALTER COLUMN body DROP NOT NULL;
CREATE INDEX c_likes ON comments (likes);
CREATE VIEW top AS SELECT body FROM comments;
`,
  );
});

test('a .ts revision, with a rebuild in one batch, and statements where no operation will do', () => {
  const from = `CREATE TABLE posts (id INTEGER PRIMARY KEY, url VARCHAR(500), code TEXT, CHECK (id > 0));
    CREATE TABLE notes (id INTEGER PRIMARY KEY, words TEXT); CREATE INDEX notes_words ON notes (words DESC);
    CREATE TRIGGER noted AFTER INSERT ON notes BEGIN SELECT '\${\`\\'; END; CREATE TABLE old (a)`;
  const to = `CREATE TABLE posts (id INTEGER PRIMARY KEY, url TEXT UNIQUE, made DATETIME DEFAULT CURRENT_TIMESTAMP,
      note_id INTEGER, CONSTRAINT "the note" FOREIGN KEY (note_id) REFERENCES notes ON DELETE CASCADE);
    CREATE TABLE notes (id INTEGER PRIMARY KEY, words TEXT) STRICT; CREATE INDEX notes_words ON notes (words DESC);
    CREATE TRIGGER noted AFTER INSERT ON notes BEGIN SELECT '\${\`\\'; END`;
  const separate = ['made', 'note_id'].map(
    (name) => ({ kind: 'column', table: 'posts', from: 'code', to: name, answer: 'separate' }) as const,
  );
  const text = renderModuleRevision(
    { ...header, revises: ['a', 'b'], types: '../src/operations.ts' },
    planOf(from, to, separate),
  );
  const [head = '', downgrade = ''] = text.split('\nexport function downgrade');
  assert.equal(
    head,
    `import type { Operations } from '../src/operations.ts';

export const revision = '008_next';
export const revises = ['a', 'b'];
export const message = 'the next one';
export const expect = { up: { 'old': 'dropped' } };

export function upgrade(op: Operations): void {
  // The statements that make notes anew would lose what it has beyond this.
  op.requireSchema('notes', [
    \`CREATE TABLE notes (id INTEGER PRIMARY KEY, words TEXT)\`,
    \`CREATE INDEX notes_words ON notes (words DESC)\`,
    \`CREATE TRIGGER noted AFTER INSERT ON notes BEGIN SELECT '\\\${\\\`\\\\'; END\`,
  ]);
  op.execute(\`DROP TRIGGER noted\`);
  // The rows of old are lost.
  op.dropTable('old');
  // table notes is not STRICT and should be
  op.execute(\`PRAGMA legacy_alter_table = ON\`);
  op.execute(\`ALTER TABLE notes RENAME TO drydock_rebuild_notes\`);
  op.execute(\`PRAGMA legacy_alter_table = OFF\`);
  op.execute(\`CREATE TABLE notes (id INTEGER PRIMARY KEY, words TEXT) STRICT\`);
  op.execute(\`INSERT OR ABORT INTO notes (id, words) SELECT id, words FROM drydock_rebuild_notes\`);
  op.execute(\`DROP TABLE drydock_rebuild_notes\`);
  // column posts.url is VARCHAR(500) and should be TEXT
  // UNIQUE (url) of posts is missing
  // column posts.made is missing, and its default CURRENT_TIMESTAMP is no constant
  // a constraint of posts that has no name should go
  op.batchAlterTable('posts', (batch) => {
    batch.dropConstraint(op.constraint.check('id > 0'));
    batch.addColumn(op.column.datetime('made', { default: 'CURRENT_TIMESTAMP' }));
    batch.addColumn(op.column.integer('note_id'));
    // The values of posts.code are lost.
    batch.dropColumn('code');
    batch.alterColumn('url', { type: 'TEXT' });
    batch.createUniqueConstraint(null, ['url']);
    batch.createForeignKey('the note', 'notes', ['note_id'], [], { onDelete: 'cascade' });
  });
  op.execute(\`CREATE INDEX notes_words ON notes (words DESC)\`);
  op.execute(\`CREATE TRIGGER noted AFTER INSERT ON notes BEGIN SELECT '\\\${\\\`\\\\'; END\`);
}
`,
  );
  assert.match(downgrade, /batch\.dropConstraint\(op\.constraint\.unique\(\['url'\]\)\)/);
});

test('a .sql revision is refused where a table has to be made anew, with the reasons', () => {
  const plan = planOf('CREATE TABLE t (a TEXT, b)', 'CREATE TABLE t (a INTEGER, b UNIQUE)');
  assert.throws(
    () => renderSqlRevision(header, plan),
    isUsage(/upgrade in place: column t\.a is TEXT and should be INTEGER; UNIQUE \(b\) of t is missing.* --ts/),
  );
});

test('a .sql revision is refused where only the way back needs a rebuild', () => {
  const plan = planOf('CREATE TABLE t (a)', 'CREATE TABLE t (a, CHECK (a > 0))');
  assert.throws(() => renderSqlRevision(header, plan), isUsage(/of the downgrade .*has no name.* --ts/));
});

test('no change is no plan, and neither is order', () => {
  const [from, to] = ['CREATE TABLE t (a, b)', 'create table "t" (b, a) -- other'].map(schemaFrom);
  assert.ok(from !== undefined && to !== undefined);
  assert.deepEqual(planChanges(from, to), { kind: 'nothing' });
});

test('what looks like a rename is asked, tables first, and planned as answered', () => {
  const from = 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, rank INTEGER, at TEXT)';
  const to = 'CREATE TABLE remarks (id INTEGER PRIMARY KEY, content TEXT, rank INTEGER, at TEXT)';
  assert.deepEqual(questionsOf(from, to), ['is table remarks the table notes under a new name?']);
  const table = { kind: 'table', from: 'notes', to: 'remarks', answer: 'rename' } as const;
  assert.deepEqual(questionsOf(from, to, [table]), ['is column remarks.content the column body under a new name?']);
  const column = { kind: 'column', table: 'remarks', from: 'body', to: 'content', answer: 'rename' } as const;

  const renamed = planOf(from, to, [table, column]);
  assert.deepEqual(renamed.up.steps, [
    { kind: 'renameTable', from: 'notes', to: 'remarks' },
    { kind: 'renameColumn', table: 'remarks', from: 'body', to: 'content' },
  ]);
  assert.deepEqual(renamed.up.expect, []);
  assert.deepEqual(renamed.down.steps, [
    { kind: 'renameTable', from: 'remarks', to: 'notes' },
    { kind: 'renameColumn', table: 'notes', from: 'content', to: 'body' },
  ]);

  const separate = planOf(from, to, [{ ...table, answer: 'separate' }]);
  assert.deepEqual(
    separate.up.steps.map(({ kind }) => kind),
    ['dropTable', 'create'],
  );
});

test('unlike things are not asked about', () => {
  assert.deepEqual(questionsOf('CREATE TABLE t (id, a TEXT)', 'CREATE TABLE t (id, b TEXT AS (id))'), []);
  assert.deepEqual(questionsOf('CREATE TABLE t (id, a TEXT AS (id))', 'CREATE TABLE t (id, b TEXT)'), []);
  assert.deepEqual(questionsOf('CREATE TABLE t (a, b, c, d)', 'CREATE TABLE s (a, x, y, z)'), []);
});

test('a decision that cannot be is refused', () => {
  const [from, to] = ['CREATE TABLE t (a TEXT)', 'CREATE TABLE t (b TEXT, c TEXT)'];
  const decision = { kind: 'column', table: 't', from: 'a', to: 'b', answer: 'rename' } as const;
  const planning =
    (...decisions: RenameDecision[]) =>
    () =>
      planOf(from, to, decisions);
  assert.throws(planning({ ...decision, from: 'x' }), isUsage(/column x cannot have been renamed to b/));
  assert.throws(planning({ ...decision, table: 'nowhere' }), isUsage(/cannot have been renamed/));
  assert.throws(planning(decision, { ...decision, to: 'c' }), isUsage(/only one of them can be/));
  assert.throws(planning({ kind: 'table', from: 't', to: 's', answer: 'rename' }), isUsage(/table t cannot/));
});

test('a virtual table comes and goes, its shadow tables left alone, and is never changed', () => {
  const search = 'CREATE VIRTUAL TABLE search USING fts5(body)';
  const plan = planOf('', search);
  assert.deepEqual(plan.up, { steps: [{ kind: 'create', sql: search }], expect: [], means: 'operations' });
  assert.deepEqual(plan.down, {
    steps: [{ kind: 'dropTable', name: 'search', note: 'What search has indexed is lost.' }],
    expect: [{ table: 'search', rows: 'dropped' }],
    means: 'operations',
  });
  assert.throws(() => planOf(search, search.replace('body', 'body, title')), isUsage(/cannot alter a virtual table/));
});

test('comments that read like markers of the format do not become markers', () => {
  const wanted = `CREATE TABLE t (a TEXT, -- migrate:down
      b TEXT -- harmless
    , c TEXT)`;
  const text = renderSqlRevision(header, planOf('', wanted));
  assert.equal(text.match(/migrate:down/g)?.length, 1);
  assert.match(renderSqlRevision(header, planOf('', wanted.replace('migrate:', ''))), /-- harmless/);
});

test('a NOT NULL column without a default is planned with the warning that rows refuse it', () => {
  const text = renderSqlRevision(header, planOf('CREATE TABLE t (a)', 'CREATE TABLE t (a, b TEXT NOT NULL)'));
  assert.match(text, /-- SQLite refuses this while t has rows.*\nALTER TABLE t ADD COLUMN b TEXT NOT NULL;/);
});

test('tables with names that need quotes are announced as the format wants them', () => {
  const plan = planOf('CREATE TABLE "my ""old"" one" (a); CREATE TABLE "it\'s" (a)', '');
  assert.match(renderSqlRevision(header, plan), /-- expect: rows "my ""old"" one" dropped/);
  assert.match(renderModuleRevision(header, plan), /'my "old" one': 'dropped'/);
  assert.match(renderModuleRevision(header, plan), /'it\\'s': 'dropped'/);
});

const names = `a b|a\nb|\n-- migrate:down\n|a\rb|a\r\nb|a"b|""|a'b|ä|a\u2028b|a\u0085b|\ufeff|a--b|/* x|x */|migrate:down|$|a\\b|a\\nb|\`|\${x}|| |🚢|rows|dropped fewer|constructor|__proto__|\u0001|\u202e|a;b|a.b|[a]|\t`;
for (const name of names.split('|')) {
  test(`a table called ${JSON.stringify(name)} is dropped and made again, in a .ts revision if no comment can name it`, async () => {
    const from = `CREATE TABLE "${name.replaceAll('"', '""')}" (a TEXT);`;
    const isSql = await assertPlanWorks(planOf(from, 'CREATE TABLE other (b)'), from, 'CREATE TABLE other (b)');
    assert.equal(isSql, !/[\r\n]/.test(name) && name !== '');
  });
}

test('tables whose names differ in what SQLite does not fold are dropped in one revision', async () => {
  const from = 'CREATE TABLE "ä" (a); CREATE TABLE "Ä" (b);';
  assert.ok(await assertPlanWorks(planOf(from, ''), from, ''));
});
