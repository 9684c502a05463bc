/** What a planned revision does to rows: it keeps them, announces what it loses, and stops where values would change. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Database from 'better-sqlite3';
import { planChanges } from '../../src/autogenerate/plan-changes.ts';
import type { RenameDecision } from '../../src/autogenerate/renames.ts';
import { renderModuleRevision } from '../../src/autogenerate/render-module.ts';
import { judgeRows } from '../../src/checks/judge-rows.ts';
import { countRows } from '../../src/checks/measure.ts';
import { queryPort } from '../../src/files/query-port.ts';
import { parseModuleRevision } from '../../src/revisions/files/module-file.ts';
import { databaseOf, schemaFrom, schemaOn } from '../schema/database.ts';
import { moduleRevision } from './apply.ts';

/** Makes the database and its rows, upgrades it to the desired schema, and has the check of row counts look at it. */
async function upgraded(script: string, rows: string, wanted: string, decisions: readonly RenameDecision[] = []) {
  const db = databaseOf(`${script};${rows}`);
  const result = planChanges(schemaOn(db), schemaFrom(wanted), decisions);
  assert.equal(result.kind, 'plan');
  const text = renderModuleRevision({ revision: 'next', revises: [], message: '' }, result.plan);
  const { expect } = parseModuleRevision(text, 'next.ts');
  const before = countRows(queryPort(db));
  const apply = await moduleRevision(text);
  const renames = apply(db, 'up');
  const step = { id: 'next', direction: 'up', format: 'module', expectations: expect.up } as const;
  const verdicts = judgeRows(before, countRows(queryPort(db)), [step], [{ rows: {}, renames }]);
  assert.deepEqual(
    verdicts.filter(({ ok }) => !ok),
    [],
  );
  return { db, apply };
}

function all(db: Database.Database, sql: string): unknown[] {
  return db.prepare(sql).raw().all();
}

test('renames keep every value, and the row check knows of them', async () => {
  const { db, apply } = await upgraded(
    'CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, CHECK (body <> 0)); CREATE INDEX i ON notes (lower(body))',
    "INSERT INTO notes VALUES (7, 'x'), (9, NULL)",
    'CREATE TABLE remarks (id INTEGER PRIMARY KEY, content TEXT, CHECK (content <> 0)); CREATE INDEX i ON remarks (lower(content))',
    [
      { kind: 'table', from: 'notes', to: 'remarks', answer: 'rename' },
      { kind: 'column', table: 'remarks', from: 'body', to: 'content', answer: 'rename' },
    ],
  );
  assert.deepEqual(all(db, 'SELECT id, content FROM remarks'), [
    [7, 'x'],
    [9, null],
  ]);
  apply(db, 'down');
  assert.deepEqual(all(db, 'SELECT id, body FROM notes'), [
    [7, 'x'],
    [9, null],
  ]);
});

test('a rename that changes the type too is asked about, and keeps the values', async () => {
  const from = 'CREATE TABLE p (id INTEGER PRIMARY KEY, mail VARCHAR(50), n INTEGER)';
  for (const [to, column, named] of [
    ['CREATE TABLE p (id INTEGER PRIMARY KEY, address VARCHAR(200), n INTEGER)', 'address', { from: 'mail' }],
    ['CREATE TABLE p (id INTEGER PRIMARY KEY, mail VARCHAR(50), m ANY)', 'm', { from: 'n' }],
  ] as const) {
    const asked = planChanges(schemaFrom(from), schemaFrom(to), []);
    assert.deepEqual(asked.kind === 'questions' && asked.questions.map((question) => question.to), [column]);
    const rename = { kind: 'column', table: 'p', ...named, to: column, answer: 'rename' } as const;
    const { db, apply } = await upgraded(from, "INSERT INTO p VALUES (1, 'x@y', 7)", to, [rename]);
    assert.deepEqual(all(db, 'SELECT * FROM p'), [[1, 'x@y', 7]]);
    assert.deepEqual(schemaOn(db).tables, schemaFrom(to).tables);
    apply(db, 'down');
    assert.deepEqual(all(db, 'SELECT id, mail, n FROM p'), [[1, 'x@y', 7]]);
  }
  const [old, wanted] = ['CREATE TABLE p (mail VARCHAR(50), n INT)', 'CREATE TABLE q (mail TEXT, n INTEGER)'];
  assert.equal(planChanges(schemaFrom(old), schemaFrom(wanted), []).kind, 'questions');
});

test('a column that is computed no more keeps what it was, and of one that is to be computed the loss is told', async () => {
  const stored = 'CREATE TABLE t (id INTEGER PRIMARY KEY, p, q, total REAL AS (p * q) STORED)';
  const plain = 'CREATE TABLE t (id INTEGER PRIMARY KEY, p, q, total REAL)';
  const { db } = await upgraded(stored, 'INSERT INTO t (p, q) VALUES (6, 7)', plain);
  assert.deepEqual(all(db, 'SELECT total FROM t'), [[42]]);
  assert.match(planned(plain, stored), /-- The values of t\.total are lost\.|\/\/ The values of t\.total are lost\./);
  assert.doesNotMatch(planned(stored, plain), /are lost/);
});

test('a conversion that nothing proves is told of', () => {
  const [text, key] = ['CREATE TABLE t (id TEXT PRIMARY KEY, a)', 'CREATE TABLE t (id INTEGER PRIMARY KEY, a)'];
  assert.match(planned(text, key), /The values of t\.id become INTEGER without a proof/);
});

/** The text of the revision. */
function planned(from: string, to: string): string {
  const result = planChanges(schemaFrom(from), schemaFrom(to), []);
  assert.ok(result.kind === 'plan');
  const text = renderModuleRevision({ revision: 'next', revises: [], message: '' }, result.plan);
  const [up = ''] = text.split('export function downgrade');
  return up;
}

test('a table made anew by statements keeps rows, rowids, the counter, indexes and triggers', async () => {
  const { db } = await upgraded(
    `CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, gone TEXT); CREATE INDEX t_a ON t (a DESC);
     CREATE TABLE log (n); CREATE TRIGGER logged AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.id); END;
     CREATE TABLE loose (a TEXT)`,
    `INSERT INTO t (id, a) VALUES (3, 'x'), (90, 'y'); DELETE FROM t WHERE id = 90; DELETE FROM log;
     INSERT INTO loose (rowid, a) VALUES (5, 'five'), (-2, NULL)`,
    `CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, made TEXT DEFAULT 'now') STRICT; CREATE INDEX t_a ON t (a DESC);
     CREATE TABLE log (n); CREATE TRIGGER logged AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.id); END;
     CREATE TABLE loose (a TEXT) STRICT`,
    [{ kind: 'column', table: 't', from: 'gone', to: 'made', answer: 'separate' }],
  );
  assert.deepEqual(all(db, 'SELECT * FROM t'), [[3, 'x', 'now']]);
  assert.deepEqual(all(db, 'SELECT rowid, a FROM loose ORDER BY rowid'), [
    [-2, null],
    [5, 'five'],
  ]);
  db.exec("INSERT INTO t (a) VALUES ('z')");
  assert.deepEqual(all(db, 'SELECT n FROM log'), [[91]]);
  assert.deepEqual(all(db, 'PRAGMA integrity_check'), [['ok']]);
});

test('foreign keys that point at a table made anew still do', async () => {
  const { db } = await upgraded(
    'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p_id REFERENCES p ON DELETE CASCADE)',
    'INSERT INTO p VALUES (1); INSERT INTO c VALUES (1)',
    'CREATE TABLE p (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE c (p_id REFERENCES p ON DELETE CASCADE)',
  );
  assert.deepEqual(all(db, 'SELECT p_id FROM c'), [[1]]);
  db.pragma('foreign_keys = ON');
  db.exec('DELETE FROM p');
  assert.deepEqual(all(db, 'SELECT p_id FROM c'), []);
});

test('a table with nothing in common with what it was is dropped, which is announced', async () => {
  const { db } = await upgraded(
    'CREATE TABLE t (a TEXT PRIMARY KEY) WITHOUT ROWID',
    "INSERT INTO t VALUES ('x')",
    'CREATE TABLE t (b INTEGER PRIMARY KEY)',
    [{ kind: 'column', table: 't', from: 'a', to: 'b', answer: 'separate' }],
  );
  assert.deepEqual(all(db, 'SELECT * FROM t'), []);
});

test('a type under which values would change is refused, in a batch and before a rebuild by statements', async () => {
  for (const options of ['', 'STRICT']) {
    const planned = upgraded(
      'CREATE TABLE t (a TEXT)',
      "INSERT INTO t VALUES ('007')",
      `CREATE TABLE t (a INTEGER) ${options}`,
    );
    await assert.rejects(planned, /1 value of t\.a would change/);
  }
});

test('a table that is not what the revision was planned from is not made anew by statements, and keeps all it has', async () => {
  const [from, to] = [
    'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT, p_id REFERENCES p); CREATE INDEX tn ON t (n)',
    'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE u (id INTEGER PRIMARY KEY, m TEXT, p_id ANY REFERENCES p) STRICT; CREATE INDEX tn ON u (m)',
  ];
  const { apply } = await upgraded(from, '', to, [
    { kind: 'table', from: 't', to: 'u', answer: 'rename' },
    { kind: 'column', table: 'u', from: 'n', to: 'm', answer: 'rename' },
  ]);
  // Layout, spelling, and a parent's key said or unsaid are no difference.
  const same = databaseOf(
    'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (ID integer PRIMARY KEY,n TEXT, "p_id" REFERENCES p (id)); CREATE INDEX tn ON t (n)',
  );
  apply(same, 'up');
  apply(same, 'down');
  const kept = [
    ['ALTER TABLE t ADD COLUMN extra TEXT', /column t\.extra is there and should not be/],
    ['CREATE INDEX ti ON t (n DESC)', /index ti on t is there and should not be/],
    ['CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END', /trigger tr on t is there and should not be/],
    ['DROP INDEX tn; CREATE INDEX tn ON t (p_id)', /index tn is on t \(p_id\) and should be on t \(n\)/],
    ['DROP INDEX tn; ALTER TABLE t DROP COLUMN n', /column t\.n is missing; index tn on t is missing/],
  ] as const;
  for (const [change, why] of kept) {
    const db = databaseOf(`${from}; INSERT INTO p VALUES (1); INSERT INTO t (id, p_id) VALUES (7, 1); ${change}`);
    const before = all(db, 'SELECT * FROM sqlite_schema');
    assert.throws(() => apply(db, 'up'), why);
    db.exec('ROLLBACK');
    assert.deepEqual(all(db, 'SELECT * FROM sqlite_schema'), before);
  }
});

test('FTS5 over a table that is made anew still finds its rows', async () => {
  const search = `CREATE VIRTUAL TABLE search USING fts5(body, content='notes');
     CREATE TRIGGER indexed AFTER INSERT ON notes BEGIN INSERT INTO search (rowid, body) VALUES (new.rowid, new.body); END`;
  const { db } = await upgraded(
    `CREATE TABLE notes (body TEXT); ${search}`,
    "INSERT INTO notes (rowid, body) VALUES (4, 'four words'), (8, 'eight')",
    `CREATE TABLE notes (body TEXT) STRICT; ${search}`,
  );
  assert.deepEqual(all(db, "SELECT rowid, body FROM search WHERE search MATCH 'eight'"), [[8, 'eight']]);
});

test('a full-text table over rows that are there finds them once it is made, up and down, and the application can delete them', async () => {
  const posts = 'CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT)';
  const view = 'CREATE VIEW titles AS SELECT id, title FROM posts';
  const search = (content: string, module: string) =>
    `CREATE VIRTUAL TABLE "the search" USING ${module}(title, ${content}${module === 'fts5' ? ", content_rowid = 'id'" : ''});
     CREATE TRIGGER td AFTER DELETE ON posts BEGIN
       ${module === 'fts5' ? `INSERT INTO "the search" ("the search", rowid, title) VALUES ('delete', old.id, old.title)` : `DELETE FROM "the search" WHERE docid = old.id`}; END`;
  const found = (db: Database.Database) => all(db, `SELECT rowid FROM "the search" WHERE "the search" MATCH 'red'`);
  for (const [content, module, from, to] of [
    ["content='posts'", 'fts5', posts, posts],
    ['CONTENT = "titles"', 'fts5', posts, `${posts}; ${view}`],
    ['content=posts', 'fts4', posts, posts],
  ] as const) {
    const wanted = `${to}; ${search(content, module)}`;
    const { db, apply } = await upgraded(from, "INSERT INTO posts (title) VALUES ('red'), ('blue')", wanted);
    assert.deepEqual(found(db), [[1]], wanted);
    db.exec('DELETE FROM posts WHERE id = 2');
    apply(db, 'down');
    const back = await upgraded(wanted, "INSERT INTO posts (title) VALUES ('red')", from);
    back.apply(back.db, 'down');
    assert.deepEqual(found(back.db), [[1]], wanted);
  }
  // Both can go at once.
  const gone = await upgraded(`${posts}; ${search("content='posts'", 'fts5')}`, '', 'CREATE TABLE other (a)');
  assert.deepEqual(
    schemaOn(gone.db).tables.map(({ name }) => name),
    ['other'],
  );
  // Without rows to index, or with texts of its own, there is nothing to do.
  assert.doesNotMatch(planned('', `${posts}; ${search("content='posts'", 'fts5')}`), /rebuild/);
  assert.doesNotMatch(planned(posts, `${posts}; CREATE VIRTUAL TABLE f USING fts5(title, content='')`), /rebuild/);
});
