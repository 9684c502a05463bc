/** What a run breaks without touching a row. The promise attacked: all or nothing, also for views, triggers and foreign keys. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { brokenObjects } from '../../src/checks/broken-objects.ts';
import { brokenBy, storedObjects } from '../../src/engine/broken-by.ts';
import { followWrites } from '../../src/engine/written-set.ts';
import { describeObject } from '../../src/schema/objects/objects.ts';

interface Case {
  readonly what: string;
  readonly before: string;
  /** One statement each. */
  readonly run: readonly string[];
  /** What compiled before and does not after. */
  readonly broken: readonly string[];
}

const parents = 'CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT);';
const log = 'CREATE TABLE log (a, b);';
const aside = [
  'ALTER TABLE parents RENAME TO parents_old',
  'CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT NOT NULL)',
  'INSERT INTO parents SELECT * FROM parents_old',
  'DROP TABLE parents_old',
];
const sqlitesOwn = [
  'CREATE TABLE new_parents (id INTEGER PRIMARY KEY, name TEXT NOT NULL)',
  'INSERT INTO new_parents SELECT * FROM parents',
  'DROP TABLE parents',
  'ALTER TABLE new_parents RENAME TO parents',
];

const cases: readonly Case[] = [
  {
    what: 'a view that names a table renamed aside',
    before: `${parents} CREATE VIEW names AS SELECT name FROM parents;`,
    run: aside,
    broken: ['the view names'],
  },
  {
    what: 'the foreign key of an empty child that names a table renamed aside',
    before: `${parents} CREATE TABLE children (parent REFERENCES parents);`,
    run: aside,
    broken: ['the foreign key of children to parents_old'],
  },
  {
    what: 'the same of a child that is renamed too',
    before: `${parents} CREATE TABLE children (parent REFERENCES parents);`,
    run: [...aside, 'ALTER TABLE children RENAME TO offspring'],
    broken: ['the foreign key of offspring to parents_old'],
  },
  {
    what: "nothing in SQLite's own order",
    before: `${parents} ${log} CREATE VIEW names AS SELECT name FROM parents; CREATE TABLE children (parent REFERENCES parents);
      CREATE TRIGGER t AFTER INSERT ON log BEGIN INSERT INTO parents (name) VALUES ('x'); END;`,
    run: ['PRAGMA legacy_alter_table = ON', ...sqlitesOwn],
    broken: [],
  },
  {
    what: 'a trigger that fills a dropped table',
    before: `${parents} ${log} CREATE TRIGGER t AFTER INSERT ON parents BEGIN INSERT INTO log VALUES (NEW.id, 1); END;`,
    run: ['DROP TABLE log'],
    broken: ['the trigger t'],
  },
  {
    what: 'a trigger that inserts by position where a column is added, and only that',
    before: `${parents} ${log} CREATE TRIGGER t AFTER INSERT ON parents BEGIN INSERT INTO log VALUES (NEW.id, 1); END;
      CREATE TRIGGER u AFTER INSERT ON parents BEGIN INSERT INTO log (a) VALUES (NEW.id); END;`,
    run: ['ALTER TABLE log ADD COLUMN c'],
    broken: ['the trigger t'],
  },
  {
    what: 'a view of a view whose column is gone',
    before: `${parents} CREATE VIEW names AS SELECT name FROM parents; CREATE VIEW upper_names AS SELECT upper(name) FROM names;`,
    run: ['DROP VIEW names', 'CREATE VIEW names AS SELECT id FROM parents'],
    broken: ['the view upper_names'],
  },
  {
    what: 'an INSTEAD OF trigger whose view lost a column',
    before: `${parents} CREATE VIEW names AS SELECT name FROM parents;
      CREATE TRIGGER t INSTEAD OF UPDATE ON names BEGIN UPDATE parents SET name = NEW.name; END;`,
    run: [
      'CREATE TABLE parents_new (id INTEGER PRIMARY KEY, title TEXT)',
      'DROP TABLE parents',
      'PRAGMA legacy_alter_table = ON',
      'ALTER TABLE parents_new RENAME TO parents',
    ],
    broken: ['the view names'],
  },
  {
    what: 'a view that was created again and is broken now',
    before: `${parents} CREATE VIEW names AS SELECT name FROM parents;`,
    run: ['DROP VIEW names', 'CREATE VIEW names AS SELECT nickname FROM parents'],
    broken: ['the view names'],
  },
  {
    what: 'the foreign key to a dropped table',
    before: `${parents} CREATE TABLE children (parent REFERENCES parents);`,
    run: ['DROP TABLE parents'],
    broken: ['the foreign key of children to parents'],
  },
  {
    what: 'a name in double quotes whose column is gone: for Python it is text then',
    before: `${parents} CREATE VIEW names AS SELECT "name" FROM parents;`,
    run: ['PRAGMA legacy_alter_table = ON', 'ALTER TABLE parents DROP COLUMN name'],
    broken: ['the view names'],
  },
  {
    what: 'what was broken before',
    before: `${parents} CREATE VIEW names AS SELECT nickname FROM parents; CREATE TABLE children (parent REFERENCES nobody);`,
    run: ['ALTER TABLE parents ADD COLUMN c'],
    broken: [],
  },
  {
    what: 'what is dropped with its table',
    before: `${parents} ${log} CREATE TRIGGER t AFTER INSERT ON log BEGIN DELETE FROM parents; END;
      CREATE VIEW names AS SELECT name FROM parents;`,
    run: ['DROP TABLE log', 'DROP VIEW names', 'DROP TABLE parents'],
    broken: [],
  },
  {
    what: 'a new foreign key to a table that a later revision makes',
    before: parents,
    run: ['CREATE TABLE children (parent REFERENCES later)'],
    broken: [],
  },
  {
    what: 'a renamed table whose references follow',
    before: `${parents} ${log} CREATE VIEW names AS SELECT name FROM parents; CREATE TABLE children (parent REFERENCES parents);
      CREATE TRIGGER t AFTER INSERT ON log BEGIN INSERT INTO parents (name) VALUES ('x'); END;`,
    run: ['ALTER TABLE parents RENAME TO people', 'ALTER TABLE people RENAME COLUMN name TO title'],
    broken: [],
  },
];

for (const { what, before, run, broken } of cases) {
  test(`broken by a run: ${what}`, () => {
    const db = new Database(':memory:');
    try {
      db.pragma('foreign_keys = OFF');
      db.exec(before);
      db.exec('BEGIN');
      const [stored, writes] = [storedObjects(db), followWrites(db)];
      for (const sql of run) {
        writes.note(sql, []);
        db.exec(sql);
      }
      const { renames } = writes.endStep();
      const found = brokenBy(stored, storedObjects(db), [{ rows: {}, renames }]).filter(
        (object) => object.before === 'compiled',
      );
      assert.deepEqual(found.map(describeObject), broken);
    } finally {
      db.close();
    }
  });
}

test('tables that exchange their names exchange their foreign keys', () => {
  const key = (name: string, complaint?: string) => ({ kind: 'foreign key', name, parent: 'p', complaint }) as const;
  const renames = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'a' },
  ];
  const after = [key('a', 'no such table: p'), key('b')];
  const [broken] = brokenObjects([key('a'), key('b', 'no such table: p')], after, [{ rows: {}, renames }]);
  assert.equal(broken?.before, 'broken');
});
