/** Which views, triggers and foreign keys compile. The promise attacked: all or nothing, also for what is not rows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openScratch } from '../../src/engine/scratch.ts';
import { compileObjects, type StubTables } from '../../src/schema/objects/compile-objects.ts';
import { describeObject } from '../../src/schema/objects/objects.ts';

type Stored = readonly [type: string, name: string, table: string, sql: string];

const table = (name: string, columns: string): Stored => ['table', name, name, `CREATE TABLE ${name} (${columns})`];
const view = (name: string, select: string): Stored => ['view', name, name, `CREATE VIEW ${name} AS ${select}`];
const trigger = (name: string, on: string, when: string, body: string): Stored => [
  'trigger',
  name,
  on,
  `CREATE TRIGGER ${name} ${when} ON ${on} BEGIN ${body}; END`,
];
const virtual = (name: string, using: string): Stored => [
  'table',
  name,
  name,
  `CREATE VIRTUAL TABLE ${name} USING ${using}`,
];

function compile(stored: readonly Stored[], stubs?: StubTables) {
  const scratch = openScratch();
  try {
    const rows = stored.map(([type, name, tbl_name, sql]) => ({ type, name, tbl_name, sql }));
    return compileObjects(scratch, { rows, shadowTables: [] }, stubs);
  } finally {
    scratch.close();
  }
}

/** What does not compile, with SQLite's message. */
function broken(...stored: readonly Stored[]): Record<string, string> {
  const { objects } = compile(stored);
  return Object.fromEntries(
    objects.flatMap((each) => (each.complaint === undefined ? [] : [[describeObject(each), each.complaint]])),
  );
}

const people = table('people', 'id INTEGER PRIMARY KEY, name TEXT');
const log = table('log', 'a, b');

test('what compiles is not named', () => {
  assert.deepEqual(
    broken(
      people,
      log,
      ['table', 'w', 'w', 'CREATE TABLE w (k PRIMARY KEY, v UNIQUE) WITHOUT ROWID'],
      table('pets', 'id INTEGER PRIMARY KEY, owner REFERENCES people, next REFERENCES pets'),
      view('names', 'SELECT name FROM people'),
      trigger('t', 'people', 'AFTER INSERT', 'INSERT INTO log VALUES (NEW.id, 1)'),
      trigger('i', 'names', 'INSTEAD OF UPDATE OF name', 'UPDATE people SET name = NEW.name'),
      trigger('j', 'log', 'AFTER DELETE', "UPDATE names SET name = 'x'"),
    ),
    {},
  );
});

test('each object that names what is missing is named, and no other', () => {
  assert.deepEqual(
    broken(
      people,
      log,
      table('pets', 'owner REFERENCES people_old, other REFERENCES people'),
      view('names', 'SELECT nickname FROM people'),
      view('all_names', 'SELECT * FROM gone'),
      trigger('sound', 'people', 'AFTER INSERT', 'INSERT INTO log VALUES (NEW.id, 1)'),
      trigger('short', 'people', 'AFTER INSERT', 'INSERT INTO log VALUES (NEW.id)'),
      trigger('other', 'people', 'BEFORE UPDATE OF name', 'DELETE FROM gone'),
    ),
    {
      'the foreign key of pets to people_old': 'no such table: people_old',
      'the view names': 'no such column: nickname',
      'the view all_names': 'no such table: main.gone',
      'the trigger short': 'table log has 2 columns but 1 values were supplied',
      'the trigger other': 'no such table: main.gone',
    },
  );
});

test('what only the application has is no breakage: functions, aggregates, collations, modules, tokenizers', () => {
  assert.deepEqual(
    broken(
      table('people', 'id INTEGER PRIMARY KEY, name TEXT COLLATE LOCALIZED UNIQUE, place'),
      log,
      virtual('vectors', 'vec0(embedding float[4])'),
      virtual('words', 'spellfix1'),
      virtual('docs', "fts5(body, tokenize = 'icu')"),
      ['index', 'by_title', 'people', 'CREATE INDEX by_title ON people (title_sort(name))'],
      view('sorted', 'SELECT name FROM people ORDER BY name COLLATE "Other one", name'),
      view('sums', 'SELECT my_sum(id) FILTER (WHERE id > 1), my_rank(id) OVER (ORDER BY id) FROM people'),
      view(
        'found',
        "SELECT rowid, bm25(docs) FROM docs WHERE docs MATCH 'x' AND name REGEXP 'y'".replace('name', 'body'),
      ),
      trigger(
        't',
        'people',
        'AFTER INSERT',
        'INSERT INTO vectors (rowid, embedding) VALUES (NEW.id, embed(NEW.name, 1))',
      ),
      trigger('u', 'people', 'AFTER UPDATE', 'INSERT INTO words (word, rank) SELECT title_sort(NEW.name), 1'),
      trigger(
        'v',
        'people',
        'AFTER DELETE',
        "INSERT INTO docs (docs, rowid, body) VALUES ('delete', OLD.id, OLD.name)",
      ),
    ),
    {},
  );
});

test('beside what only the application has, what is missing is found', () => {
  const before = [
    people,
    log,
    virtual('words', 'spellfix1'),
    view('v', 'SELECT title_sort(name), w.word FROM people, words w'),
  ];
  const { objects, stubs } = compile(before);
  assert.deepEqual(objects, [{ kind: 'view', name: 'v', complaint: undefined }]);
  const after = [table('people', 'id, title'), ...before.slice(1)];
  assert.deepEqual(compile(after, stubs).objects, [{ kind: 'view', name: 'v', complaint: 'no such column: name' }]);
});

test('what no stub can stand for is not looked at', () => {
  const { objects } = compile([
    people,
    view('series', 'SELECT value FROM my_series (1, 10)'),
    view('lost', 'SELECT * FROM gone'),
  ]);
  assert.deepEqual(objects, [
    { kind: 'view', name: 'series', complaint: undefined, unseen: 'my_series' },
    { kind: 'view', name: 'lost', complaint: 'no such table: main.gone' },
  ]);
});

test('a schema without views, triggers and foreign keys needs no look', () => {
  assert.deepEqual(compile([people, log]).objects, []);
});
