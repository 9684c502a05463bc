/** Databases of Python and the sqlite3 shell, which accept text in double quotes: every operation works in them as in others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Database from 'better-sqlite3';
import type { EngineStep } from '../../src/engine/protocol.ts';
import { runStep } from '../../src/engine/run-steps.ts';
import type { Operations } from '../../src/operations/operations.ts';
import { splitStatements } from '../../src/revisions/sql/statements.ts';
import { column, dump, openDatabase, operationsOn } from './database.ts';
import { refused } from './refusal.ts';

/** Writes the stored SQL as such a program would have: this SQLite itself refuses to create it. */
function storedAs(
  script: string,
  edits: Readonly<Record<string, readonly [from: string, to: string]>>,
): Database.Database {
  const db = openDatabase(script);
  db.exec('COMMIT');
  db.unsafeMode(true);
  db.pragma('writable_schema = ON');
  for (const [name, [from, to]] of Object.entries(edits)) {
    const { changes } = db
      .prepare('UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = ? AND instr(sql, ?) > 0')
      .run(from, to, name, from);
    assert.equal(changes, 1, `${name} was not edited`);
  }
  db.pragma('writable_schema = RESET');
  db.unsafeMode(false);
  db.exec('BEGIN IMMEDIATE');
  return db;
}

const base = `CREATE TABLE b (id INTEGER PRIMARY KEY, n VARCHAR(5), m TEXT); INSERT INTO b VALUES (1, 'n', 'm'), (7, NULL, 'it');
  CREATE TABLE c (id INTEGER PRIMARY KEY, s TEXT, r INTEGER REFERENCES b);`;

/** What is stored, and the name of the part that has the text. */
const stored = {
  'a CHECK': [
    `${base} CREATE TABLE a (s TEXT CHECK (s IN ('x', 'it''s')), "order" INT); INSERT INTO a VALUES ('x', 1);`,
    'a',
    "('x', 'it''s')",
    '("x", "it\'s")',
  ],
  'a CHECK of the table': [`${base} CREATE TABLE a (s TEXT, CHECK (a.s <> 'x'));`, 'a', "'x'", '"x"'],
  'a generated column': [
    `${base} CREATE TABLE a (s TEXT, g TEXT AS (s || 'gg') STORED); INSERT INTO a VALUES ('x');`,
    'a',
    "'gg'",
    '"gg"',
  ],
  'an index on an expression': [
    `${base} CREATE TABLE a (s TEXT); CREATE INDEX i ON a (s || 'x'); INSERT INTO a VALUES ('q');`,
    'i',
    "'x'",
    '"x"',
  ],
  'a partial index': [
    `${base} CREATE TABLE a (s TEXT); CREATE UNIQUE INDEX i ON a (s) WHERE s = 'x'; INSERT INTO a VALUES ('x');`,
    'i',
    "'x'",
    '"x"',
  ],
  'a view': [`${base} CREATE VIEW v AS SELECT id, 'x' AS x FROM c WHERE s = 'q';`, 'v', "'q'", '"q"'],
  'a view under a view': [
    `${base} CREATE VIEW a_top AS SELECT x FROM v; CREATE VIEW v AS SELECT id AS x FROM c WHERE s = 'q';`,
    'v',
    "'q'",
    '"q"',
  ],
  'a trigger': [
    `${base} CREATE TRIGGER t AFTER INSERT ON c WHEN new.s <> 'q' BEGIN UPDATE c SET s = upper(s) WHERE id = new.id; END;
     CREATE TRIGGER t2 AFTER INSERT ON c BEGIN UPDATE c SET s = s || '2' WHERE id = new.id; END;`,
    't',
    "'q'",
    '"q"',
  ],
  'an INSTEAD OF trigger': [
    `${base} CREATE VIEW v AS SELECT id FROM c; CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN INSERT INTO c (s) VALUES ('q'); END;
     CREATE TRIGGER u AFTER INSERT ON b BEGIN INSERT INTO v VALUES (1); END;`,
    't',
    "'q'",
    '"q"',
  ],
} as const satisfies Record<string, readonly [string, string, string, string]>;

/** Operations on the other table, and what b and c are then. */
const operations: Readonly<Record<string, (op: Operations) => void>> = {
  'a new type': (op) => op.alterColumn('b', 'n', { type: 'TEXT' }),
  'a UNIQUE column': (op) => op.addColumn('b', op.column.text('u', { unique: true })),
  dropColumn: (op) => op.dropColumn('b', 'n'),
  'a new column name': (op) => op.alterColumn('b', 'n', { newName: 'nn' }),
  'a new table name': (op) => op.renameTable('b', 'bb'),
  'SQL: RENAME COLUMN': (op) => op.execute('ALTER TABLE b RENAME COLUMN n TO nn'),
  'SQL: RENAME TO': (op) => op.execute('ALTER TABLE b RENAME TO bb'),
  'SQL: DROP COLUMN': (op) => op.execute('ALTER TABLE b DROP COLUMN n'),
  addColumn: (op) => op.addColumn('b', op.column.text('z')),
  'a batch': (op) =>
    op.batchAlterTable('c', (batch) => {
      batch.dropColumn('r');
      batch.alterColumn('id', { newName: 'key' });
    }),
};

for (const [what, [script, name, from, to]] of Object.entries(stored)) {
  for (const [operation, run] of Object.entries(operations)) {
    test(`${operation} works beside ${what} with text in double quotes, as beside one in single quotes`, () => {
      const [db, plain] = [storedAs(script, { [name]: [from, to] }), openDatabase(script)];
      run(operationsOn(db));
      run(operationsOn(plain));
      const inSingle = ({ schema, rows }: ReturnType<typeof dump>) => ({
        schema: Object.fromEntries(
          Object.entries(schema).map(([key, sql]) => [key, sql?.replace(to, from).replaceAll('"', '')]),
        ),
        rows,
      });
      assert.deepEqual(inSingle(dump(db)), inSingle(dump(plain)));
      db.exec("INSERT INTO c (s) VALUES ('new')");
      plain.exec("INSERT INTO c (s) VALUES ('new')");
      assert.deepEqual(column(db, 'SELECT s FROM c'), column(plain, 'SELECT s FROM c'));
    });
  }
}

/** Statements of a revision, what to read afterwards, and what it is. */
const written: readonly (readonly [sql: string, query: string, expected: readonly unknown[]])[] = [
  ['INSERT INTO c (s) VALUES ("one"), ("two"), ("one")', 'SELECT s FROM c', ['one', 'two', 'one']],
  ['INSERT INTO c ("s") VALUES ("s")', 'SELECT s FROM c', ['s']],
  [`INSERT INTO c (s) VALUES ("it's ""so""")`, 'SELECT s FROM c', [`it's "so"`]],
  ['UPDATE b SET n = "q" WHERE "m" = "it"', 'SELECT n FROM b', ['n', 'q']],
  ['UPDATE b SET n = "m"', 'SELECT n FROM b', ['m', 'it']],
  ['DELETE FROM b WHERE m IN ("it", "m2")', 'SELECT id FROM b', [1]],
  [
    'CREATE TABLE d (s TEXT DEFAULT "p" CHECK (s IN ("p", "s t")), "s t" TEXT)',
    "SELECT sql FROM sqlite_schema WHERE name = 'd'",
    [`CREATE TABLE d (s TEXT DEFAULT "p" CHECK (s IN ('p', "s t")), "s t" TEXT)`],
  ],
  [
    'CREATE INDEX i ON b (m || "x") WHERE "n" = "y"',
    "SELECT sql FROM sqlite_schema WHERE name = 'i'",
    [`CREATE INDEX i ON b (m || 'x') WHERE "n" = 'y'`],
  ],
  ['CREATE VIEW "v" AS SELECT "id", "x" AS "x" FROM b WHERE m = "it"', 'SELECT id || x FROM v', ['7x']],
  [
    'CREATE TRIGGER t AFTER INSERT ON c WHEN new."s" = "on" BEGIN UPDATE b SET "n" = "hit" WHERE m = "it"; END; INSERT INTO c (s) VALUES (\'on\')',
    'SELECT n FROM b',
    ['n', 'hit'],
  ],
  [
    'CREATE VIEW v AS SELECT id FROM b; CREATE TRIGGER t INSTEAD OF INSERT ON v BEGIN INSERT INTO c (s) VALUES ("in"); END; INSERT INTO v VALUES (1)',
    'SELECT s FROM c',
    ['in'],
  ],
  [
    'ALTER TABLE c ADD COLUMN z TEXT CHECK (z <> "p"); ALTER TABLE b RENAME COLUMN n TO nn',
    'SELECT nn FROM b',
    ['n', null],
  ],
  [
    'CREATE TABLE log (x); CREATE TABLE "two words" (a); INSERT INTO "two words" VALUES ("a")',
    'SELECT a FROM "two words"',
    ['a'],
  ],
];

for (const [sql, query, expected] of written) {
  test(`a revision's own text in double quotes is text: ${sql}`, () => {
    const db = openDatabase(base);
    operationsOn(db).execute(sql);
    assert.deepEqual(column(db, query), expected);
  });
}

for (const sql of [
  'INSERT INTO c (s) SELECT "m" FROM b UNION ALL SELECT "m" FROM c',
  'CREATE VIEW v AS SELECT "m" FROM b UNION ALL SELECT "m" FROM c',
  'CREATE TRIGGER t AFTER INSERT ON c BEGIN UPDATE b SET n = "m"; UPDATE c SET s = "m"; END',
  'CREATE TABLE log (a); INSERT INTO log SELECT upper(n) AS "k" FROM b ORDER BY "k" COLLATE nocase LIMIT length("k")',
]) {
  test(`a name that is a column and text in one statement is refused: ${sql}`, () => {
    const db = openDatabase(base);
    const before = dump(db);
    assert.throws(
      () => db.transaction(() => operationsOn(db).execute(sql))(),
      refused(/^"[mk]" is a column in one place .* Write the text in single quotes: '[mk]'/),
    );
    assert.deepEqual(dump(db), before);
  });
}

test('what SQLite refuses for another reason is not taken for text', () => {
  const db = openDatabase(`${base} CREATE VIEW v AS SELECT "m" FROM b;`);
  const before = dump(db);
  const op = operationsOn(db);
  assert.throws(() => op.execute('UPDATE b SET nope = "q"'), /no such column: nope/);
  assert.throws(() => op.execute('UPDATE b SET n = b."q"'), /no such column: b\.q/);
  assert.throws(
    () => op.execute('ALTER TABLE b DROP COLUMN m'),
    /error in view v after drop column: no such column: "m"/,
  );
  assert.throws(() => op.dropColumn('b', 'm'), refused(/would break the view v/));
  assert.deepEqual(dump(db), before);
});

test('a stored view in which a name is a column and text stops what reads the schema, and is named with a way out', () => {
  const view = `CREATE VIEW v AS SELECT "m" FROM b UNION ALL SELECT 'm' FROM c`;
  const db = storedAs(`${base} ${view};`, { v: ["'m'", '"m"'] });
  const op = operationsOn(db);
  const before = dump(db);
  assert.throws(() => op.renameTable('b', 'bb'), refused(/the view v .*Drop or fix that in the revision first/));
  assert.throws(
    () => op.execute('ALTER TABLE b RENAME TO bb'),
    refused(/^the view v has text in double quotes.* Drop the view in the revision first/),
  );
  assert.deepEqual(dump(db), before);
  op.addColumn('b', op.column.text('z'));
  op.dropView('v');
  op.renameTable('b', 'bb');
  op.createView('v', `SELECT "m" FROM bb UNION ALL SELECT 'm' FROM c`);
  assert.deepEqual(column(db, 'SELECT * FROM v'), ['m', 'it']);
});

test('a change that breaks a trigger with text in double quotes is refused as without it', () => {
  const db = storedAs(
    `${base} CREATE TABLE log (x); CREATE TRIGGER t AFTER INSERT ON c WHEN new.s <> 'q' BEGIN INSERT INTO log VALUES ('q'); END;`,
    { t: ["'q'", '"q"'] },
  );
  assert.throws(
    () => operationsOn(db).addColumn('log', { name: 'y', type: 'TEXT' }),
    refused(/would break the trigger t/),
  );
});

test('a table that cannot be created again is named, and the way out works', () => {
  const text = `(upper(s) <> 'x')`;
  const db = storedAs(`${base} CREATE TABLE a (s TEXT, CONSTRAINT k CHECK ${text}); INSERT INTO a VALUES ('q');`, {
    a: [text, '(of_the_application(s) <> "x")'],
  });
  const op = operationsOn(db);
  const before = dump(db);
  for (const rename of [() => op.renameTable('b', 'bb'), () => op.execute('ALTER TABLE b RENAME TO bb')]) {
    assert.throws(
      rename,
      refused(
        /^the table a has text in double quotes.* no such function: of_the_application\. Drop the constraint .* op\.dropConstraint/,
      ),
    );
  }
  assert.deepEqual(dump(db), before);
  op.dropColumn('b', 'm');
  op.dropConstraint('k', 'a');
  op.renameTable('b', 'bb');
  assert.deepEqual(column(db, 'SELECT s FROM a'), ['q']);
});

test('the statements of an SQL revision are read like those of op.execute', async () => {
  const db = storedAs(`${base} CREATE TABLE a (s TEXT CHECK (s <> 'x')); INSERT INTO a VALUES ('q');`, {
    a: ["'x'", '"x"'],
  });
  const sql = `INSERT INTO c (s) VALUES ("new"); ALTER TABLE b RENAME COLUMN n TO nn; CREATE VIEW v AS SELECT "on" AS x FROM c;`;
  const step: EngineStep = {
    id: '001',
    path: '001.sql',
    direction: 'up',
    transaction: true,
    arguments: {},
    body: { kind: 'sql', statements: splitStatements(sql) },
  };
  const ran: string[] = [];
  await runStep(db, step, 'transaction', new Map(), { ran: (each) => ran.push(each) });
  assert.deepEqual(column(db, 'SELECT s || x FROM c, v'), ['newon']);
  assert.equal(ran[0], `INSERT INTO c (s) VALUES ('new')`);
  assert.deepEqual(column(db, 'SELECT nn FROM b'), ['n', null]);
});

/** Operations with text in double quotes of their own, what to read afterwards, and what it is. */
const ownText: Readonly<Record<string, readonly [run: (op: Operations) => void, query: string, expected: unknown]>> = {
  'a CHECK in place': [
    (op) => op.createCheckConstraint('k', 'b', 'm IN ("m", "it")'),
    "SELECT sql FROM sqlite_schema WHERE name = 'b'",
    `CREATE TABLE b (id INTEGER PRIMARY KEY, n VARCHAR(5), m TEXT, CONSTRAINT k CHECK (m IN ("m", 'it')))`,
  ],
  'a batch in place': [
    (op) =>
      op.batchAlterTable('b', (batch) => {
        batch.createCheckConstraint(null, 'm <> "x"');
        batch.addColumn(op.column.text('z', { check: 'z <> "p"', default: '"d"' }));
      }),
    'SELECT z FROM b WHERE id = 1',
    'd',
  ],
  'a batch by a rebuild': [
    (op) =>
      op.batchAlterTable('b', (batch) => {
        batch.createCheckConstraint('k', 'm <> "x"');
        batch.createUniqueConstraint(null, ['m']);
        batch.addColumn(op.column.text('z', { generated: { as: 'm || "g"', kind: 'stored' } }));
      }),
    'SELECT z FROM b WHERE id = 1',
    'mg',
  ],
  'a table': [
    (op) => op.createTable('d', op.column.text('a', { check: 'a IN ("p")' }), op.constraint.check('a <> "q"')),
    "SELECT sql LIKE '%''p''%''q''%' FROM sqlite_schema WHERE name = 'd'",
    1,
  ],
  'an index': [
    (op) => op.createIndex('i', 'b', [{ expression: 'm || "y"' }], { where: 'm = "it"' }),
    "SELECT sql LIKE '%''y''%''it''%' FROM sqlite_schema WHERE name = 'i'",
    1,
  ],
  'a conversion': [
    (op) => op.alterColumn('b', 'n', { type: 'TEXT', using: 'n || "u"' }),
    'SELECT n FROM b WHERE id = 1',
    'nu',
  ],
  'a view': [(op) => op.createView('v', 'SELECT id FROM b WHERE m = "it"'), 'SELECT id FROM v', 7],
  'a trigger': [
    (op) => {
      op.createTrigger('t', 'b', {
        timing: 'after',
        event: 'update',
        when: 'new.m = "q"',
        body: 'INSERT INTO c (s) VALUES ("w");',
      });
      op.execute('UPDATE b SET m = ? WHERE id = 1', 'q');
    },
    'SELECT s FROM c',
    'w',
  ],
  'an UPDATE in batches': [
    (op) => op.updateInBatches('b', { set: { n: '"new"' }, where: 'm = "it"' }),
    'SELECT n FROM b WHERE id = 7',
    'new',
  ],
  'a query': [
    (op) => assert.deepEqual(op.selectColumn('SELECT id FROM b WHERE m = "it"'), [7]),
    'SELECT count(*) FROM b',
    2,
  ],
  parameters: [
    (op) => op.execute('UPDATE b SET n = "q" WHERE id = :id', { id: 7 }),
    'SELECT n FROM b WHERE id = 7',
    'q',
  ],
};

for (const [what, [run, query, expected]] of Object.entries(ownText)) {
  test(`an operation's own text in double quotes is text: ${what}`, () => {
    const db = openDatabase(base);
    run(operationsOn(db));
    assert.deepEqual(column(db, query), [expected]);
    operationsOn(db).renameTable('b', 'bb');
  });
}
