/** Pairs of schemas that differ in one thing: each kind of difference is seen, in both directions, and nothing beside it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesBetween } from '../../src/schema/compare/changes.ts';
import { compareSchemas } from '../../src/schema/compare/compare.ts';
import type { DifferenceKind } from '../../src/schema/compare/difference.ts';
import { isMild } from '../../src/schema/compare/difference.ts';
import { schemaFrom } from './database.ts';

interface Case {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly kind: DifferenceKind;
  readonly sentence: string;
}

const cases: readonly Case[] = [
  {
    name: 'a missing table',
    from: '',
    to: 'CREATE TABLE t (a)',
    kind: 'table',
    sentence: 'table t is missing',
  },
  {
    name: 'a table too many',
    from: 'CREATE TABLE t (a)',
    to: '',
    kind: 'table',
    sentence: 'table t is there and should not be',
  },
  {
    name: 'STRICT',
    from: 'CREATE TABLE t (a TEXT)',
    to: 'CREATE TABLE t (a TEXT) STRICT',
    kind: 'strict',
    sentence: 'table t is not STRICT and should be',
  },
  {
    name: 'WITHOUT ROWID',
    from: 'CREATE TABLE t (a TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID',
    to: 'CREATE TABLE t (a TEXT NOT NULL PRIMARY KEY)',
    kind: 'withoutRowid',
    sentence: 'table t is WITHOUT ROWID and should not be',
  },
  {
    name: 'the order of columns',
    from: 'CREATE TABLE t (a, b, c)',
    to: 'CREATE TABLE t (a, c, b)',
    kind: 'order',
    sentence: 'the columns of t are in another order: a, b, c instead of a, c, b',
  },
  {
    name: 'the letter case of a table',
    from: 'CREATE TABLE t (a)',
    to: 'CREATE TABLE T (a)',
    kind: 'spelling',
    sentence: 'table T is spelt t',
  },
  {
    name: 'the letter case of a column',
    from: 'CREATE TABLE t (a, PRIMARY KEY (a))',
    to: 'CREATE TABLE t (A, PRIMARY KEY (a))',
    kind: 'spelling',
    sentence: 'column t.A is spelt a',
  },
  {
    name: 'a missing column',
    from: 'CREATE TABLE t (a)',
    to: 'CREATE TABLE t (b, a)',
    kind: 'column',
    sentence: 'column t.b is missing',
  },
  {
    name: 'a column too many',
    from: 'CREATE TABLE t (a, b)',
    to: 'CREATE TABLE t (a)',
    kind: 'column',
    sentence: 'column t.b is there and should not be',
  },
  {
    name: 'a type',
    from: 'CREATE TABLE t (a VARCHAR(500))',
    to: 'CREATE TABLE t (a TEXT)',
    kind: 'type',
    sentence: 'column t.a is VARCHAR(500) and should be TEXT',
  },
  {
    name: 'a type where there is none',
    from: 'CREATE TABLE t (a)',
    to: 'CREATE TABLE t (a BLOB)',
    kind: 'type',
    sentence: 'column t.a is without a type and should be BLOB',
  },
  {
    name: 'NOT NULL',
    from: 'CREATE TABLE t (a TEXT)',
    to: 'CREATE TABLE t (a TEXT NOT NULL)',
    kind: 'nullability',
    sentence: 'column t.a allows NULL and should be NOT NULL',
  },
  {
    name: 'what a NULL does',
    from: 'CREATE TABLE t (a TEXT NOT NULL ON CONFLICT IGNORE)',
    to: 'CREATE TABLE t (a TEXT NOT NULL)',
    kind: 'nullability',
    sentence: 'column t.a is NOT NULL ON CONFLICT IGNORE and should be NOT NULL',
  },
  {
    name: 'a default',
    from: 'CREATE TABLE t (a DEFAULT 1)',
    to: "CREATE TABLE t (a DEFAULT '1')",
    kind: 'default',
    sentence: "column t.a has the default 1 and should have the default '1'",
  },
  {
    name: 'no default',
    from: 'CREATE TABLE t (a DEFAULT CURRENT_TIMESTAMP)',
    to: 'CREATE TABLE t (a)',
    kind: 'default',
    sentence: 'column t.a has the default CURRENT_TIMESTAMP and should have no default',
  },
  {
    name: 'a collation',
    from: 'CREATE TABLE t (a TEXT COLLATE NOCASE)',
    to: 'CREATE TABLE t (a TEXT)',
    kind: 'collation',
    sentence: 'column t.a collates NOCASE and should collate BINARY',
  },
  {
    name: 'what generates a column',
    from: 'CREATE TABLE t (a, b AS (a + 1))',
    to: 'CREATE TABLE t (a, b AS (a + 2))',
    kind: 'generated',
    sentence: 'column t.b is generated (virtual) as a + 1 and should be generated (virtual) as a + 2',
  },
  {
    name: 'where a generated column is kept',
    from: 'CREATE TABLE t (a, b AS (a + 1))',
    to: 'CREATE TABLE t (a, b AS (a + 1) STORED)',
    kind: 'generated',
    sentence: 'column t.b is generated (virtual) as a + 1 and should be generated (stored) as a + 1',
  },
  {
    name: 'whether a column is generated',
    from: 'CREATE TABLE t (a, b TEXT)',
    to: 'CREATE TABLE t (a, b TEXT GENERATED ALWAYS AS (a))',
    kind: 'generated',
    sentence: 'column t.b is an ordinary column and should be generated (virtual) as a',
  },
  {
    name: 'a primary key',
    from: 'CREATE TABLE t (a, b)',
    to: 'CREATE TABLE t (a, b, PRIMARY KEY (b, a))',
    kind: 'primaryKey',
    sentence: 'PRIMARY KEY (b, a) of t is missing',
  },
  {
    name: 'the order of a primary key',
    from: 'CREATE TABLE t (a, b, PRIMARY KEY (a, b))',
    to: 'CREATE TABLE t (a, b, PRIMARY KEY (b, a))',
    kind: 'primaryKey',
    sentence: 'PRIMARY KEY (a, b) of t should be PRIMARY KEY (b, a)',
  },
  {
    name: 'a primary key that is no rowid',
    from: 'CREATE TABLE t (a INTEGER PRIMARY KEY DESC)',
    to: 'CREATE TABLE t (a INTEGER, PRIMARY KEY (a DESC))',
    kind: 'primaryKey',
    sentence: 'PRIMARY KEY (a DESC) of t should be PRIMARY KEY (a, the rowid)',
  },
  {
    name: "a primary key's conflict clause",
    from: 'CREATE TABLE t (a TEXT PRIMARY KEY)',
    to: 'CREATE TABLE t (a TEXT PRIMARY KEY ON CONFLICT REPLACE)',
    kind: 'primaryKey',
    sentence: 'PRIMARY KEY (a) of t should be PRIMARY KEY (a) ON CONFLICT REPLACE',
  },
  {
    name: 'AUTOINCREMENT',
    from: 'CREATE TABLE t (a INTEGER PRIMARY KEY)',
    to: 'CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)',
    kind: 'autoincrement',
    sentence: 'the primary key of t is not AUTOINCREMENT and should be',
  },
  {
    name: 'UNIQUE',
    from: 'CREATE TABLE t (a UNIQUE, b)',
    to: 'CREATE TABLE t (a, b)',
    kind: 'unique',
    sentence: 'UNIQUE (a) of t is there and should not be',
  },
  {
    name: 'a column more in a UNIQUE of that name',
    from: 'CREATE TABLE t (a, b, CONSTRAINT only UNIQUE (a))',
    to: 'CREATE TABLE t (a, b, CONSTRAINT only UNIQUE (a, b COLLATE NOCASE))',
    kind: 'unique',
    sentence: 'only UNIQUE (a) of t should be only UNIQUE (a, b COLLATE NOCASE)',
  },
  {
    name: 'the name of a UNIQUE',
    from: 'CREATE TABLE t (a, UNIQUE (a))',
    to: 'CREATE TABLE t (a CONSTRAINT only UNIQUE)',
    kind: 'unique',
    sentence: 'UNIQUE (a) of t should be only UNIQUE (a)',
  },
  {
    name: 'CHECK',
    from: 'CREATE TABLE t (a)',
    to: 'CREATE TABLE t (a CHECK (a > 0))',
    kind: 'check',
    sentence: 'CHECK (a > 0) of t is missing',
  },
  {
    name: 'the words of a CHECK',
    from: "CREATE TABLE t (a, CONSTRAINT few CHECK (a IN ('x', 'y')))",
    to: "CREATE TABLE t (a, CONSTRAINT few CHECK (a IN ('x', 'Y')))",
    kind: 'check',
    sentence: "few CHECK (a IN ('x', 'y')) of t should be few CHECK (a IN ('x', 'Y'))",
  },
  {
    name: 'a second CHECK of the same words',
    from: 'CREATE TABLE t (a CHECK (a > 0))',
    to: 'CREATE TABLE t (a CHECK (a > 0) CHECK (a > 0))',
    kind: 'check',
    sentence: 'CHECK (a > 0) of t is missing',
  },
  {
    name: 'a foreign key',
    from: 'CREATE TABLE p (id PRIMARY KEY); CREATE TABLE t (a REFERENCES p)',
    to: 'CREATE TABLE p (id PRIMARY KEY); CREATE TABLE t (a)',
    kind: 'foreignKey',
    sentence: 'FOREIGN KEY (a) REFERENCES p of t is there and should not be',
  },
  {
    name: 'the actions of a foreign key',
    from: 'CREATE TABLE p (id PRIMARY KEY); CREATE TABLE t (a REFERENCES p ON DELETE CASCADE)',
    to: 'CREATE TABLE p (id PRIMARY KEY); CREATE TABLE t (a REFERENCES p ON UPDATE SET NULL)',
    kind: 'foreignKey',
    sentence:
      'FOREIGN KEY (a) REFERENCES p ON DELETE CASCADE of t should be FOREIGN KEY (a) REFERENCES p ON UPDATE SET NULL',
  },
  {
    name: 'when a foreign key is checked',
    from: 'CREATE TABLE t (a REFERENCES t (a))',
    to: 'CREATE TABLE t (a REFERENCES t (a) DEFERRABLE INITIALLY DEFERRED)',
    kind: 'foreignKey',
    sentence:
      'FOREIGN KEY (a) REFERENCES t (a) of t should be FOREIGN KEY (a) REFERENCES t (a) DEFERRABLE INITIALLY DEFERRED',
  },
  {
    name: 'a missing index',
    from: 'CREATE TABLE t (a)',
    to: 'CREATE TABLE t (a); CREATE INDEX t_a ON t (a)',
    kind: 'index',
    sentence: 'index t_a on t is missing',
  },
  {
    name: 'an index too many',
    from: 'CREATE TABLE t (a); CREATE INDEX t_a ON t (a)',
    to: 'CREATE TABLE t (a)',
    kind: 'index',
    sentence: 'index t_a on t is there and should not be',
  },
  ...(
    [
      ['UNIQUE', 'CREATE UNIQUE INDEX t_a ON t (a)', 'UNIQUE on t (a)'],
      ['DESC', 'CREATE INDEX t_a ON t (a DESC)', 'on t (a DESC)'],
      ['COLLATE', 'CREATE INDEX t_a ON t (a COLLATE NOCASE)', 'on t (a COLLATE NOCASE)'],
      ['WHERE', 'CREATE INDEX t_a ON t (a) WHERE b > 0', 'on t (a) WHERE b > 0'],
      ['a column', 'CREATE INDEX t_a ON t (a, b)', 'on t (a, b)'],
      ['an expression', 'CREATE INDEX t_a ON t (lower(a))', 'on t (lower(a))'],
    ] as const
  ).map(
    ([name, sql, words]): Case => ({
      name: `${name} of an index`,
      from: 'CREATE TABLE t (a, b); CREATE INDEX t_a ON t (a)',
      to: `CREATE TABLE t (a, b); ${sql}`,
      kind: 'index',
      sentence: `index t_a is on t (a) and should be ${words}`,
    }),
  ),
  {
    name: 'a view',
    from: 'CREATE TABLE t (a)',
    to: 'CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t',
    kind: 'view',
    sentence: 'view v is missing',
  },
  {
    name: 'what a view selects',
    from: 'CREATE VIEW v AS SELECT 1 AS a',
    to: 'CREATE VIEW v AS SELECT 1 AS A',
    kind: 'view',
    sentence: 'view v is not defined as it should be',
  },
  {
    name: 'a trigger',
    from: 'CREATE TABLE t (a); CREATE TRIGGER r AFTER DELETE ON t BEGIN SELECT 1; END',
    to: 'CREATE TABLE t (a)',
    kind: 'trigger',
    sentence: 'trigger r on t is there and should not be',
  },
  {
    name: 'what a trigger does',
    from: 'CREATE TABLE t (a); CREATE TRIGGER r AFTER DELETE ON t BEGIN SELECT 1; END',
    to: 'CREATE TABLE t (a); CREATE TRIGGER r AFTER DELETE ON t BEGIN SELECT 2; END',
    kind: 'trigger',
    sentence: 'trigger r on t is not defined as it should be',
  },
  {
    name: 'a virtual table, its shadow tables left alone',
    from: '',
    to: 'CREATE VIRTUAL TABLE f USING fts5 (a)',
    kind: 'virtualTable',
    sentence: 'virtual table f is missing',
  },
  {
    name: 'the arguments of a virtual table',
    from: 'CREATE VIRTUAL TABLE f USING fts5 (a)',
    to: "CREATE VIRTUAL TABLE f USING fts5 (a, tokenize = 'porter')",
    kind: 'virtualTable',
    sentence: "virtual table f is using fts5(a) and should be using fts5(a, tokenize='porter')",
  },
];

for (const { name, from, to, kind, sentence } of cases) {
  test(`difference: ${name}`, () => {
    const [old, wanted] = [schemaFrom(from), schemaFrom(to)];
    const found = compareSchemas(old, wanted);
    assert.deepEqual(
      found.map((difference) => [difference.kind, difference.sentence]),
      [[kind, sentence]],
    );
    assert.equal(found.some(isMild), kind === 'order' || kind === 'spelling');
    assert.deepEqual(
      compareSchemas(wanted, old).map((difference) => difference.kind),
      [kind],
    );
    for (const schema of [old, wanted]) assert.deepEqual(compareSchemas(schema, schema), []);
  });
}

const alike: readonly (readonly [name: string, one: string, other: string])[] = [
  [
    'layout and comments',
    'CREATE TABLE t (a TEXT NOT NULL, b INTEGER)',
    'CREATE TABLE  "t"(--of\n [a]   TEXT /* x */ NOT\n NULL -- c\n, `b` INTEGER\n)',
  ],
  [
    'letter case and blanks of types',
    'CREATE TABLE t (a VARCHAR(20), b decimal(10,2))',
    'CREATE TABLE t (a varchar ( 20 ), b DECIMAL( 10, 2 ))',
  ],
  ['NULL as a constraint and as a default', 'CREATE TABLE t (a TEXT)', 'CREATE TABLE t (a TEXT NULL DEFAULT (NULL))'],
  [
    'parentheses around a default',
    'CREATE TABLE t (a DEFAULT 0, b DEFAULT CURRENT_TIMESTAMP)',
    'CREATE TABLE t (a DEFAULT (0), b DEFAULT ((current_timestamp)))',
  ],
  ['a bare word as a default', "CREATE TABLE t (a DEFAULT 'Yes')", 'CREATE TABLE t (a DEFAULT Yes)'],
  ['COLLATE BINARY', 'CREATE TABLE t (a TEXT)', 'CREATE TABLE t (a TEXT collate binary)'],
  [
    'where a primary key stands',
    'CREATE TABLE t (a INTEGER PRIMARY KEY)',
    'CREATE TABLE t (a integer, primary key ("A"))',
  ],
  ['NOT NULL of a rowid', 'CREATE TABLE t (a INTEGER PRIMARY KEY)', 'CREATE TABLE t (a INTEGER NOT NULL PRIMARY KEY)'],
  [
    'NOT NULL of a key that cannot be NULL',
    'CREATE TABLE t (a TEXT PRIMARY KEY) WITHOUT ROWID; CREATE TABLE s (a TEXT PRIMARY KEY) STRICT',
    'CREATE TABLE t (a TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID; CREATE TABLE s (a TEXT NOT NULL PRIMARY KEY) STRICT',
  ],
  [
    'where a UNIQUE stands',
    'CREATE TABLE t (a UNIQUE, b UNIQUE)',
    'CREATE TABLE t (a, b, UNIQUE (b) ON CONFLICT ABORT, UNIQUE (a ASC))',
  ],
  [
    'where a CHECK stands, and its spelling',
    "CREATE TABLE t (a CHECK (a <> 'No' AND lower(a) = 'x'), key CHECK (key IS NOT NULL))",
    `CREATE TABLE t (a, "key", CHECK ("key" is not  null), check ((A != 'No'\n and LOWER([a])=='x')))`,
  ],
  [
    'where a foreign key stands, what it means by default, and MATCH',
    'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a REFERENCES p)',
    'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a, FOREIGN KEY ("A") REFERENCES P (ID) ON DELETE NO ACTION MATCH FULL NOT DEFERRABLE INITIALLY DEFERRED)',
  ],
  [
    'DEFERRABLE that does not defer',
    'CREATE TABLE t (a REFERENCES t (a))',
    'CREATE TABLE t (a REFERENCES t (a) DEFERRABLE)',
  ],
  [
    'the order of constraints',
    'CREATE TABLE t (a, CHECK (a), CHECK (a > 1))',
    'CREATE TABLE t (a, CHECK (a > 1), CHECK (a))',
  ],
  [
    'GENERATED ALWAYS and VIRTUAL',
    'CREATE TABLE t (a, b TEXT AS (a))',
    'CREATE TABLE t (a, b TEXT GENERATED ALWAYS AS ( "a" ) VIRTUAL)',
  ],
  [
    'the spelling of an index',
    'CREATE TABLE t (a, b); CREATE INDEX t_a ON t (a, lower(b)) WHERE a > 1',
    'CREATE TABLE t (a, b); CREATE INDEX IF NOT EXISTS "t_a" ON "t"("A" ASC,LOWER( b )) where (a>1)',
  ],
  [
    'the spelling of a view',
    'CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t WHERE a > 1',
    'CREATE TABLE t (a); CREATE VIEW IF NOT EXISTS "v" as select "a" from [t]\n where a>1 -- more',
  ],
  [
    'the spelling of a trigger',
    'CREATE TABLE t (a); CREATE TRIGGER r BEFORE UPDATE OF a ON t BEGIN SELECT new.a; END',
    'CREATE TABLE t (a); CREATE TRIGGER r update of "a" on "t" for each row begin select NEW.A; end',
  ],
  [
    'the blanks of a virtual table',
    'CREATE VIRTUAL TABLE f USING fts5(a, b)',
    'CREATE VIRTUAL TABLE "f" using FTS5( a,\n  b )',
  ],
  [
    'tables that are not the user’s',
    'CREATE TABLE t (a)',
    'CREATE TABLE t (a); CREATE TABLE alembic_version (v); CREATE TABLE drydock_history (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE INDEX history ON drydock_history (id); ANALYZE',
  ],
];

for (const [name, one, other] of alike) {
  test(`no difference: ${name}`, () => {
    assert.deepEqual(compareSchemas(schemaFrom(one), schemaFrom(other)), []);
    assert.deepEqual(compareSchemas(schemaFrom(other), schemaFrom(one)), []);
  });
}

test('differences come in one order, whatever the order of the SQL', () => {
  const tables = ['CREATE TABLE b (x)', 'CREATE TABLE a (x)', 'CREATE TABLE both (x, y)'];
  const from = 'CREATE TABLE both (y TEXT, z)';
  const rest =
    '; CREATE INDEX i ON both (x); CREATE VIEW v AS SELECT 1; CREATE TRIGGER r AFTER INSERT ON a BEGIN SELECT 1; END';
  const found = (script: string) =>
    compareSchemas(schemaFrom(from), schemaFrom(script + rest)).map(({ sentence }) => sentence);
  assert.deepEqual(found(tables.join('; ')), [
    'table a is missing',
    'table b is missing',
    'column both.z is there and should not be',
    'column both.x is missing',
    'column both.y is TEXT and should be without a type',
    'index i on both is missing',
    'view v is missing',
    'trigger r on a is missing',
  ]);
  assert.deepEqual(found(tables.toReversed().join('; ')), found(tables.join('; ')));
});

test('a change says what a run did', () => {
  const before =
    'CREATE TABLE t (a TEXT, b INT, c UNIQUE, D); CREATE TABLE "rock and should roll" (a); CREATE VIEW v AS SELECT 1';
  const after = 'CREATE TABLE t (b INT, a BLOB, c, d); CREATE TABLE new (a); CREATE VIEW v AS SELECT 2';
  assert.deepEqual(
    changesBetween(schemaFrom(before), schemaFrom(after)).map(({ sentence }) => sentence),
    [
      'table new is new',
      'table rock and should roll goes',
      'column t.a is TEXT and will be BLOB',
      'column t.D is spelt d',
      'the columns of t are in another order: b, a, c, d instead of a, b, c, d',
      'UNIQUE (c) of t goes',
      'view v is defined anew',
    ],
  );
});
