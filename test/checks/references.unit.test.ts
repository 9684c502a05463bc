/** Foreign-key columns that lose values to NULL: every row is there, and no foreign key is violated. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { tablesKept } from '../../src/checks/follow-tables.ts';
import { judgeReferences } from '../../src/checks/judge-references.ts';
import { countRows } from '../../src/checks/measure.ts';
import { countReferences } from '../../src/checks/references.ts';
import { followWrites } from '../../src/engine/written-set.ts';
import { queryPort } from '../../src/files/query-port.ts';
import { readNulls } from '../../src/revisions/expectation-text.ts';
import type { Expectation } from '../../src/revisions/revision.ts';
import { splitStatements } from '../../src/revisions/sql/statements.ts';

const schema = `
  CREATE TABLE teams (id INTEGER PRIMARY KEY, code TEXT UNIQUE);
  CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, team_id INTEGER REFERENCES teams, "lead of" TEXT REFERENCES teams (code));
  CREATE TABLE parts (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, must INTEGER NOT NULL REFERENCES teams, note TEXT,
    FOREIGN KEY (a, b) REFERENCES pairs (a, b));
  CREATE TABLE pairs (a INTEGER, b INTEGER, PRIMARY KEY (a, b));
  INSERT INTO teams VALUES (1, 'x'), (2, 'y');
  INSERT INTO users VALUES (1, 'n', 1, 'x'), (2, 'n', 2, NULL), (3, 'n', 1, NULL), (4, 'n', NULL, NULL);
  INSERT INTO pairs VALUES (1, 1);
  INSERT INTO parts VALUES (1, 1, 1, 1, 'n'), (2, 1, 1, 2, NULL);
`;

const rebuilt = (columns: string) => `
  CREATE TABLE "new_users" (id INTEGER PRIMARY KEY, name TEXT, team_id INTEGER REFERENCES teams, "lead of" TEXT REFERENCES teams (code));
  INSERT INTO "new_users" ${columns} FROM users;
  DROP TABLE users;
  ALTER TABLE "new_users" RENAME TO users;`;

const team = (now: number) => ({ 'users.team_id': [3, now] });

/** What each revision does, and which columns have lost values: before and after. */
const cases: readonly [what: string, steps: readonly string[], lost: Readonly<Record<string, readonly number[]>>][] = [
  ['an UPDATE of some', ['UPDATE users SET team_id = NULL WHERE id = 1'], team(2)],
  ['an UPDATE of all', ['UPDATE users SET team_id = NULL'], team(0)],
  ['a value in the place of another one', ['UPDATE users SET team_id = 2'], {}],
  ['a column without a foreign key', ['UPDATE users SET name = NULL'], {}],
  ['a table that no foreign key leaves', ['UPDATE teams SET code = NULL WHERE id = 2'], {}],
  ['a rebuild that keeps them', [rebuilt('SELECT * ')], {}],
  ['a rebuild that forgets a column', [rebuilt('(id, name, "lead of") SELECT id, name, "lead of"')], team(0)],
  ['a rebuild by a join that finds nothing', [rebuilt('SELECT id, name, (SELECT 1 WHERE 0), "lead of"')], team(0)],
  ['a column that needs quotes', ['UPDATE users SET "lead of" = NULL'], { 'users.lead of': [1, 0] }],
  ['both columns of a key', ['UPDATE parts SET a = NULL, b = NULL'], { 'parts.a': [2, 0], 'parts.b': [2, 0] }],
  ['rows that go', ['DELETE FROM users WHERE id < 3'], {}],
  [
    'rows that go, and a value beside them',
    ['DELETE FROM users WHERE id = 4; UPDATE users SET team_id = NULL WHERE id < 3'],
    team(1),
  ],
  [
    'rows that come',
    ["INSERT INTO users VALUES (5, 'n', NULL, NULL); UPDATE users SET team_id = NULL WHERE id = 1"],
    team(2),
  ],
  ['REPLACE', ["REPLACE INTO users (id, name) VALUES (1, 'm')"], { 'users.team_id': [3, 2], 'users.lead of': [1, 0] }],
  [
    'a trigger',
    [
      'CREATE TRIGGER t AFTER UPDATE ON teams BEGIN UPDATE users SET team_id = NULL; END; UPDATE teams SET code = code; DROP TRIGGER t',
    ],
    team(0),
  ],
  ['a table that is renamed', ['ALTER TABLE users RENAME TO people'], {}],
  [
    'a table that is renamed, and its values',
    ['ALTER TABLE users RENAME TO people', 'UPDATE people SET team_id = NULL WHERE id = 1'],
    { 'people.team_id': [3, 2] },
  ],
  [
    'a rebuild over two revisions',
    rebuilt('SELECT id, name, NULL, "lead of"')
      .split('DROP TABLE users;')
      .map((part, index) => (index === 0 ? part : `DROP TABLE users; ${part}`)),
    team(0),
  ],
  ['a column that is renamed', ['ALTER TABLE users RENAME COLUMN team_id TO squad'], {}],
  [
    'a column that is renamed, its values, and its parent',
    [
      'ALTER TABLE users RENAME COLUMN team_id TO squad; UPDATE users SET squad = NULL WHERE id = 1; ALTER TABLE teams RENAME TO squads',
    ],
    { 'users.squad': [3, 2] },
  ],
  [
    'a column in another case',
    ['ALTER TABLE users RENAME COLUMN team_id TO TEAM_ID; UPDATE users SET team_id = NULL'],
    { 'users.TEAM_ID': [3, 0] },
  ],
  [
    'a column that is dropped',
    [rebuilt('(id, name) SELECT id, name').replaceAll('team_id INTEGER REFERENCES teams, ', '')],
    { 'users.lead of': [1, 0] },
  ],
  [
    'a column that is dropped, and another one to the same table',
    [
      'CREATE TABLE more (id INTEGER PRIMARY KEY); ALTER TABLE users DROP COLUMN team_id; ALTER TABLE users ADD COLUMN boss INTEGER REFERENCES teams',
    ],
    {},
  ],
  [
    'a foreign key that is dropped with the values',
    [
      rebuilt('(id, name, "lead of") SELECT id, name, "lead of"').replace(
        'team_id INTEGER REFERENCES teams',
        'team_id INTEGER',
      ),
    ],
    team(0),
  ],
  [
    'NOT NULL that is dropped with the values',
    [
      `CREATE TABLE p2 (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, must INTEGER REFERENCES teams, note TEXT, FOREIGN KEY (a, b) REFERENCES pairs (a, b));
    INSERT INTO p2 SELECT id, a, b, NULL, note FROM parts; DROP TABLE parts; ALTER TABLE p2 RENAME TO parts`,
    ],
    { 'parts.must': [2, 0] },
  ],
  ['a table that is dropped', ['DROP TABLE users'], {}],
];

for (const [what, steps, lost] of cases) {
  test(`no lost write: values of foreign keys and ${what}`, () => {
    const failed = judged(steps).filter(({ ok }) => !ok);
    assert.deepEqual(Object.fromEntries(failed.map(({ subject, before, after }) => [subject, [before, after]])), lost);
  });
}

const announcements: readonly [line: string, ok: boolean][] = [
  ['users.team_id', true],
  ['people.squad', true],
  ['people.team_id', true],
  ['"USERS"."squad"', true],
  ['users.id', false],
  ['users."lead of"', false],
  ['teams.team_id', false],
];
for (const [line, ok] of announcements) {
  test(`a loss to NULL is announced or not by ${line}`, () => {
    const expectation = readNulls(line);
    assert.ok(expectation);
    const sql =
      'ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME COLUMN team_id TO squad; UPDATE people SET squad = NULL';
    const results = judged([sql], [expectation, { table: 'people', rows: 'fewer' }]);
    assert.deepEqual(
      results.map((result) => [result.check, result.subject, result.ok]),
      [['references', 'people.squad', ok]],
    );
  });
}

test('a loss to NULL says what to write, for each kind of file', () => {
  const [result] = judged(['UPDATE users SET "lead of" = NULL', 'SELECT 1']);
  assert.match(
    result?.message ?? '',
    /^users\.lead of lost 1 value to NULL \(1 before, 0 after\), which is not announced; if that is intended, add `-- expect: nulls users\."lead of"` or `export const expect = \{ up: \{ "users\.\\"lead of\\"": 'nulls' \} \};` to the revision$/,
  );
});

function judged(revisions: readonly string[], expectations: readonly Expectation[] = []) {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = OFF');
  db.exec(schema);
  const snapshot = new Database(db.serialize());
  try {
    db.exec('BEGIN');
    const writes = followWrites(db);
    const left = revisions.map((sql) => {
      for (const statement of splitStatements(sql)) {
        writes.note(statement.sql, []);
        db.exec(statement.sql);
      }
      const { renames } = writes.endStep();
      return { rows: countRows(queryPort(db)), renames };
    });
    const [before, after] = [countRows(queryPort(snapshot)), countRows(queryPort(db))];
    const references = countReferences(queryPort(snapshot), queryPort(db), tablesKept(before, after, left));
    const steps = revisions.map(
      (_, index) =>
        ({ id: `${index}`, direction: 'up', format: index === 0 ? 'sql' : 'module', expectations }) as const,
    );
    return judgeReferences(references, before, after, steps);
  } finally {
    db.close();
    snapshot.close();
  }
}
