/** alterColumn, batchAlterTable and the renames. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TableBatch } from '../../src/operations/batch.ts';
import type { ColumnChange } from '../../src/operations/column.ts';
import { column, dump, openDatabase, operationsOn } from './database.ts';
import { toldOperations } from './notes.ts';
import { refused } from './refusal.ts';

const sqlOf = "SELECT sql FROM sqlite_schema WHERE name = 't'";

const changes: readonly (readonly [before: string, change: ColumnChange, after: string, method: string])[] = [
  ['c TEXT', { default: '5' }, 'c TEXT DEFAULT 5', 'rebuild'],
  ['c', { default: "'x'" }, "c DEFAULT 'x'", 'rebuild'],
  ['c INT -- the c\n', { default: '(1 + 1)' }, 'c INT DEFAULT (1 + 1) -- the c\n', 'rebuild'],
  ['c INT DEFAULT -1 NOT NULL', { default: "'one'" }, "c INT DEFAULT 'one' NOT NULL", 'rebuild'],
  ['c INT CONSTRAINT d DEFAULT 1 UNIQUE', { default: '2' }, 'c INT CONSTRAINT d DEFAULT 2 UNIQUE', 'rebuild'],
  ['c INT CONSTRAINT d DEFAULT 1 UNIQUE', { default: null }, 'c INT UNIQUE', 'rebuild'],
  ['c INT DEFAULT(1)COLLATE NOCASE', { default: null }, 'c INT COLLATE NOCASE', 'rebuild'],
  ['c INT -- why\n DEFAULT 1', { default: null }, 'c INT -- why\n ', 'rebuild'],
  ['c INT DEFAULT 1 DEFAULT 2', { default: null }, 'c INT', 'rebuild'],
  ['c INT CHECK (c > 0) UNIQUE NOT NULL', { default: '5' }, 'c INT DEFAULT 5 CHECK (c > 0) UNIQUE NOT NULL', 'rebuild'],
  ['c TEXT', { collate: 'NOCASE' }, 'c TEXT COLLATE NOCASE', 'rebuild'],
  ['c TEXT COLLATE NOCASE', { collate: 'RTRIM' }, 'c TEXT COLLATE RTRIM', 'rebuild'],
  ['c TEXT COLLATE NOCASE UNIQUE', { collate: null }, 'c TEXT UNIQUE', 'rebuild'],
  ['c TEXT', { nullable: false }, 'c TEXT NOT NULL', 'in place'],
  ['c TEXT NOT NULL ON CONFLICT IGNORE', { nullable: true }, 'c TEXT', 'in place'],
  ['c TEXT NOT NULL NOT NULL', { nullable: true }, 'c TEXT', 'rebuild'],
  ['c TEXT NULL', { nullable: false }, 'c TEXT NULL NOT NULL', 'in place'],
  ['c TEXT CONSTRAINT filled NOT NULL', { nullable: false }, 'c TEXT CONSTRAINT filled NOT NULL', 'in place'],
  ['c TEXT', { nullable: true, default: null, collate: null, type: 'TEXT' }, 'c TEXT', 'in place'],
  [
    'c TEXT',
    { type: 'INT', default: '1', collate: 'NOCASE', nullable: false },
    'c INT COLLATE NOCASE DEFAULT 1 NOT NULL',
    'rebuild',
  ],
  ['c TEXT', { newName: 'd e' }, '"d e" TEXT', 'in place'],
];

for (const [before, change, after, method] of changes) {
  test(`alterColumn of ${before}: ${JSON.stringify(change)}`, () => {
    const db = openDatabase(`CREATE TABLE t (a, ${before}, z)`);
    const { op, notes } = toldOperations(db);
    op.alterColumn('t', 'C', change);
    assert.deepEqual(column(db, sqlOf), [`CREATE TABLE t (a, ${after}, z)`]);
    assert.deepEqual(new Set(notes.map((note) => note.method)), new Set([method]));
    assert.equal(db.pragma('legacy_alter_table', { simple: true }), 0);
  });
}

test('alterColumn with `using` converts every value by it, and the rest stays', () => {
  const db = openDatabase(`CREATE TABLE t (price TEXT UNIQUE, b, twice AS (price || b)); CREATE INDEX i ON t (price);
    INSERT INTO t VALUES ('1,50', 'x'), ('2,25', 'y'), (NULL, 'z'); DELETE FROM t WHERE b = 'x';`);
  operationsOn(db).alterColumn('t', 'price', { type: 'REAL', using: "CAST(replace(t.price, ',', '.') AS REAL)" });
  assert.deepEqual(db.prepare('SELECT rowid, * FROM t').raw().all(), [
    [2, 2.25, 'y', '2.25y'],
    [3, null, 'z', null],
  ]);
});

test('alterColumn converts the key of a table, and finds its rows again', () => {
  const db =
    openDatabase(`CREATE TABLE t (id TEXT PRIMARY KEY, b) WITHOUT ROWID; INSERT INTO t VALUES ('#10', 'x'), ('#9', 'y');
    CREATE TABLE u (id TEXT PRIMARY KEY, b); INSERT INTO u VALUES ('#10', 'x'), ('#9', 'y');`);
  const op = operationsOn(db);
  for (const table of ['t', 'u']) {
    op.alterColumn(table, 'id', { type: 'INTEGER', using: 'CAST(substr(id, 2) AS INTEGER)' });
    assert.deepEqual(db.prepare(`SELECT * FROM ${table} ORDER BY id`).raw().all(), [
      [9, 'y'],
      [10, 'x'],
    ]);
  }
});

const wrong: readonly (readonly [change: ColumnChange, pattern: RegExp])[] = [
  [{ using: '1' }, /has `using`, but no type to convert to/],
  [{ type: 'INT', using: '(SELECT max(a) FROM t)' }, /reads tables/],
  [{ type: 'INT', using: '1, 2' }, /is not one SQL expression/],
  [{ type: 'INT', using: 'nope' }, /SQLite refuses the new definition of t: no such column: nope/],
  [{ type: 'INTEGER' }, /: 1 value of t\.c would change if its type became INTEGER: '007' to 7\. .*"using":"c"/],
  [{ nullable: false }, /: 1 row of t holds NULL in c/],
  [{ nullable: false, type: 'INT', using: "CASE c WHEN '007' THEN NULL ELSE 1 END" }, /: 1 row of t holds NULL in c/],
  [{ default: '1 UNIQUE' }, /is not one SQL expression/],
  [{ default: '1, x TEXT' }, /is not one SQL expression/],
  [{ default: '(SELECT' }, /is not one SQL expression/],
  [{ collate: 'KLINGON' }, /no such collation/],
  [{ newName: 'a' }, /SQLite refuses to rename t\.c to a: .*duplicate column name/],
];

for (const [change, pattern] of wrong) {
  test(`alterColumn refuses ${JSON.stringify(change)}`, () => {
    const db = openDatabase("CREATE TABLE t (a, c TEXT); INSERT INTO t VALUES (1, '007'), (2, NULL);");
    const before = dump(db);
    assert.throws(() => operationsOn(db).alterColumn('t', 'c', change), pattern);
    assert.deepEqual(dump(db), before);
  });
}

test('alterColumn refuses a default for a generated column', () => {
  const op = operationsOn(openDatabase('CREATE TABLE t (a, c AS (a))'));
  assert.throws(() => op.alterColumn('t', 'c', { default: '1' }), refused(/t\.c is generated/));
  assert.throws(() => op.alterColumn('t', 'c', { type: 'INT', using: '1' }), refused(/t\.c is generated/));
});

test('renames are followed everywhere, and the statistics of ANALYZE come along', () => {
  const db = openDatabase(`CREATE TABLE t (a INTEGER PRIMARY KEY, b CHECK (b > a)); INSERT INTO t VALUES (1, 2);
    CREATE TABLE child (x REFERENCES t (a)); CREATE INDEX i ON t (b) WHERE a > 0; CREATE VIEW v AS SELECT a FROM t;
    CREATE TRIGGER tr AFTER INSERT ON child BEGIN UPDATE t SET b = 9 WHERE a = new.x; END; ANALYZE;`);
  const { op, methods } = toldOperations(db);
  db.pragma('legacy_alter_table = ON');
  op.renameTable('T', 'new');
  op.alterColumn('new', 'a', { newName: 'the key' });
  assert.equal(db.pragma('legacy_alter_table', { simple: true }), 1);
  db.exec('INSERT INTO child VALUES (1)');
  assert.deepEqual(db.prepare('SELECT * FROM new').raw().all(), [[1, 9]]);
  assert.deepEqual(column(db, 'SELECT * FROM v'), [1]);
  assert.deepEqual(db.pragma('foreign_key_check'), []);
  assert.deepEqual(column(db, 'SELECT DISTINCT tbl FROM sqlite_stat1'), ['new']);
  assert.deepEqual(methods(), ['renameTable t: in place', 'alterColumn new: in place']);
});

test('renames that full-text search would not follow are refused', () => {
  const op = operationsOn(openDatabase("CREATE TABLE t (a, b); CREATE VIRTUAL TABLE f USING fts5(a, content = 't')"));
  assert.throws(() => op.renameTable('t', 'u'), refused(/the virtual table f names t in its arguments/));
  assert.throws(() => op.alterColumn('t', 'a', { newName: 'c' }), refused(/the virtual table f names t\.a/));
  assert.throws(() => op.dropTable('t'), refused(/the virtual table f names t in its arguments/));
  op.alterColumn('t', 'b', { newName: 'c' });
  op.renameTable('f', 'search');
  op.dropTable('search');
  op.dropTable('t');
  assert.throws(() => op.renameTable('absent', 'u'), refused(/there is no table "absent"/));
});

test('a word of a virtual table that names nothing of the table hinders no change of it', () => {
  const db = openDatabase(`CREATE TABLE tags (v); CREATE VIRTUAL TABLE notes_fts USING fts5(title, tags);
    CREATE TABLE posts (id INTEGER PRIMARY KEY, title, content TEXT, lang INTEGER, note);
    CREATE VIRTUAL TABLE "search, posts" USING fts5(title UNINDEXED, content = 'posts', content_rowid = "id");
    CREATE VIRTUAL TABLE older USING fts4(lang DECIMAL(10, 2), content="posts", languageid="note");
    CREATE TABLE box (low); CREATE VIRTUAL TABLE geo USING rtree(box, low, high); CREATE TABLE rtree (a);`);
  const op = operationsOn(db);
  op.renameTable('rtree', 'another');
  op.renameTable('tags', 'labels');
  op.dropTable('labels');
  op.alterColumn('posts', 'content', { newName: 'text' });
  op.dropColumn('posts', 'text');
  for (const [name, by] of Object.entries({
    id: 'search, posts',
    title: 'search, posts',
    lang: 'older',
    note: 'older',
  }))
    assert.throws(
      () => op.alterColumn('posts', name, { newName: 'other' }),
      refused(new RegExp(`the virtual table ${by} names posts\\.${name} in its arguments`)),
    );
  assert.throws(() => op.dropTable('posts'), refused(/names posts in its arguments/));
  assert.throws(() => op.dropColumn('box', 'low'), refused(/the virtual table geo names box\.low/));
});

test('batchAlterTable makes many changes with one rebuild', () => {
  const db = openDatabase(`CREATE TABLE p (id INTEGER PRIMARY KEY);
    CREATE TABLE t (id INT, old TEXT, kind TEXT, n TEXT UNIQUE -- once
    , CHECK (n <> '')); CREATE INDEX t_old ON t (old); CREATE VIEW v AS SELECT kind FROM t;
    INSERT INTO t VALUES (5, 'o', 'k', '1'), (3, 'o', 'l', '2');`);
  const { op, notes } = toldOperations(db);
  op.batchAlterTable('t', (batch) => {
    batch.dropIndex('t_old');
    batch.dropColumn('old');
    batch.addColumn(op.column.integer('parent', { default: '(1 + 1)', nullable: false }));
    batch.alterColumn('kind', { newName: 'sort', nullable: false });
    batch.alterColumn('n', { type: 'INTEGER', using: 'CAST(n AS INTEGER)' });
    batch.dropConstraint(op.constraint.unique(['n']));
    batch.createPrimaryKey('pk', ['id']);
    batch.createForeignKey('fk', 'p', ['parent'], ['id'], { onDelete: 'restrict' });
    batch.createCheckConstraint(null, 'parent > 0');
    batch.createUniqueConstraint(null, ['kind', 'n']);
    batch.createIndex('t_kind', [{ column: 'kind', desc: true }]);
  });
  assert.deepEqual(column(db, sqlOf), [
    `CREATE TABLE t (id INT, sort TEXT NOT NULL, n INTEGER -- once
    , parent INTEGER NOT NULL DEFAULT (1 + 1), CHECK (n <> ''), CONSTRAINT pk PRIMARY KEY (id), CONSTRAINT fk FOREIGN KEY (parent) REFERENCES p (id) ON DELETE RESTRICT, CHECK (parent > 0), UNIQUE (sort, n))`,
  ]);
  assert.deepEqual(column(db, "SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql <> ''"), [
    'CREATE INDEX t_kind ON t (sort DESC)',
  ]);
  assert.deepEqual(db.prepare('SELECT rowid, * FROM t').raw().all(), [
    [1, 5, 'k', 1, 2],
    [2, 3, 'l', 2, 2],
  ]);
  assert.deepEqual(column(db, 'SELECT * FROM v ORDER BY 1'), ['k', 'l']);
  assert.equal(notes.filter(({ method }) => method === 'rebuild').length, 9);
});

test('batchAlterTable is in place where all of it can be, and all or nothing', () => {
  const db = openDatabase("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x');");
  const { op, methods } = toldOperations(db);
  op.batchAlterTable('t', (batch) => {
    batch.addColumn(op.column.text('c', { default: "'c'" }));
    batch.alterColumn('c', { nullable: false });
    batch.dropColumn('b');
  });
  assert.deepEqual(methods(), ['addColumn t: in place', 'alterColumn t: in place', 'dropColumn t: in place']);
  const before = dump(db);
  assert.throws(
    () =>
      op.batchAlterTable('t', (batch) => {
        batch.addColumn(op.column.text('d'));
        batch.createUniqueConstraint('u', ['absent']);
      }),
    refused(/absent/),
  );
  assert.throws(
    () =>
      op.batchAlterTable('t', (batch) => {
        batch.alterColumn('a', { newName: 'z' });
        batch.createUniqueConstraint('u', ['z']);
      }),
    refused(/z is the name of a only after the batch/),
  );
  assert.deepEqual(dump(db), before);
  op.batchAlterTable('t', () => undefined);
  assert.deepEqual(dump(db), before);
});

/** What a batch does to `t (a PRIMARY KEY, b, c)` with a row (1, 2, 3), and its columns, values and text then. */
const judgedByTheEnd: readonly (readonly [
  what: string,
  script: string,
  write: (batch: TableBatch) => void,
  row: object,
  sql: string,
])[] = [
  [
    'two columns that change their names with each other',
    'CREATE TABLE t (a, b, c)',
    (batch) => {
      batch.alterColumn('a', { newName: 'b' });
      batch.alterColumn('b', { newName: 'a' });
    },
    { b: 1, a: 2, c: 3 },
    'CREATE TABLE t (b, a, c)',
  ],
  [
    'three columns in a circle, and a new type',
    'CREATE TABLE t (a, b VARCHAR(3), c, UNIQUE (a, b))',
    (batch) => {
      batch.alterColumn('a', { newName: 'b' });
      batch.alterColumn('b', { newName: 'c', type: 'TEXT' });
      batch.alterColumn('c', { newName: 'a' });
    },
    { b: 1, c: '2', a: 3 },
    'CREATE TABLE t (b, c TEXT, a, UNIQUE (b, c))',
  ],
  [
    'a new name that another column has, which is dropped afterwards',
    'CREATE TABLE t (a, b, c)',
    (batch) => {
      batch.alterColumn('a', { newName: 'b' });
      batch.dropColumn('b');
    },
    { b: 1, c: 3 },
    'CREATE TABLE t (b, c)',
  ],
  [
    'a chain of new names',
    'CREATE TABLE t (a, b, c)',
    (batch) => {
      batch.alterColumn('a', { newName: 'b' });
      batch.alterColumn('b', { newName: 'C' });
      batch.alterColumn('c', { newName: 'd' });
    },
    { b: 1, C: 2, d: 3 },
    'CREATE TABLE t (b, C, d)',
  ],
  [
    'a new column with the name of one that is renamed',
    'CREATE TABLE t (a, b, c)',
    (batch) => {
      batch.addColumn({ name: 'a', type: 'TEXT', default: "'new'" });
      batch.alterColumn('a', { newName: 'old_a' });
    },
    { old_a: 1, b: 2, c: 3, a: 'new' },
    "CREATE TABLE t (old_a, b, c, a TEXT DEFAULT 'new')",
  ],
  [
    'a new key of a WITHOUT ROWID table',
    'CREATE TABLE t (a PRIMARY KEY, b, c) WITHOUT ROWID',
    (batch) => {
      batch.createPrimaryKey(null, ['b', 'c']);
      batch.dropConstraint({ kind: 'primaryKey', name: null, columns: ['a'] });
    },
    { a: 1, b: 2, c: 3 },
    'CREATE TABLE t (a, b, c, PRIMARY KEY (b, c)) WITHOUT ROWID',
  ],
  [
    'a constraint under the name of one that is dropped afterwards',
    'CREATE TABLE t (a, b, c, CONSTRAINT k CHECK (a > 0))',
    (batch) => {
      batch.createUniqueConstraint('k', ['b']);
      batch.dropConstraint('k');
    },
    { a: 1, b: 2, c: 3 },
    'CREATE TABLE t (a, b, c, CONSTRAINT k UNIQUE (b))',
  ],
  [
    'a column before what uses it',
    'CREATE TABLE t (a, b, c, d AS (b + 1), UNIQUE (b, c))',
    (batch) => {
      batch.dropColumn('b');
      batch.dropColumn('d');
      batch.dropConstraint({ kind: 'unique', name: null, columns: ['b', 'c'] });
    },
    { a: 1, c: 3 },
    'CREATE TABLE t (a, c)',
  ],
  [
    'a column before the one whose name it takes',
    'CREATE TABLE t (a, b, c)',
    (batch) => {
      batch.addColumn({ name: 'b', type: 'TEXT', default: "'new'", nullable: false });
      batch.dropColumn('b');
    },
    { a: 1, c: 3, b: 'new' },
    "CREATE TABLE t (a, c, b TEXT NOT NULL DEFAULT 'new')",
  ],
  [
    'all columns for others',
    'CREATE TABLE t (a, b AS (a), c AS (a))',
    (batch) => {
      for (const name of ['a', 'b', 'c']) batch.dropColumn(name);
      batch.addColumn({ name: 'd', type: 'TEXT', default: "'new'" });
    },
    { d: 'new' },
    "CREATE TABLE t (d TEXT DEFAULT 'new')",
  ],
  [
    'NOT NULL before the conversion that fills the column',
    'CREATE TABLE t (a, b, c, d TEXT)',
    (batch) => {
      batch.alterColumn('d', { nullable: false });
      batch.alterColumn('d', { type: 'INTEGER', using: 'ifnull(d, 7)' });
    },
    { a: 1, b: 2, c: 3, d: 7 },
    'CREATE TABLE t (a, b, c, d INTEGER NOT NULL)',
  ],
];

for (const [what, script, write, row, sql] of judgedByTheEnd) {
  test(`a batch is judged by its end: ${what}`, () => {
    const db = openDatabase(script);
    const values = ['a', 'b', 'c'].filter((name) => !script.includes(`${name} AS`));
    db.exec(
      `INSERT INTO t (${values.join(', ')}) VALUES (${values.map((name) => 'abc'.indexOf(name) + 1).join(', ')})`,
    );
    operationsOn(db).batchAlterTable('t', write);
    assert.deepEqual(db.prepare('SELECT * FROM t').all(), [row]);
    assert.deepEqual(column(db, "SELECT sql FROM sqlite_schema WHERE type = 'table'"), [sql]);
  });
}

test('a batch that ends impossibly is refused, with the first reason', () => {
  const db = openDatabase(
    `CREATE TABLE t (a PRIMARY KEY, b, c) WITHOUT ROWID; INSERT INTO t VALUES (1, 2, 3), (2, 2, NULL)`,
  );
  const before = dump(db);
  const op = operationsOn(db);
  const key = op.constraint.primaryKey(['a']);
  const refusals: readonly (readonly [(batch: TableBatch) => void, RegExp])[] = [
    [(batch) => batch.dropConstraint(key), /WITHOUT ROWID table, which needs its primary key/],
    [
      (batch) => {
        batch.dropConstraint(key);
        batch.createPrimaryKey(null, ['c']);
      },
      /1 row of t holds NULL in c/,
    ],
    [
      (batch) => {
        batch.dropConstraint(key);
        batch.createPrimaryKey(null, ['b']);
      },
      /UNIQUE/,
    ],
    [(batch) => batch.alterColumn('a', { newName: 'b' }), /duplicate column name/],
    [
      (batch) => {
        batch.alterColumn('a', { newName: 'x' });
        batch.alterColumn('b', { newName: 'x' });
      },
      /duplicate column name/,
    ],
    [
      (batch) => {
        batch.addColumn(op.column.text('a', { check: "a <> ''" }));
        batch.alterColumn('a', { newName: 'x' });
      },
      /could mean the old column/,
    ],
    [
      (batch) => {
        batch.dropColumn('nope');
        batch.addColumn(op.column.text('b'));
      },
      /no column "nope"/,
    ],
  ];
  for (const [write, pattern] of refusals) assert.throws(() => op.batchAlterTable('t', write), refused(pattern));
  assert.deepEqual(dump(db), before);
});
