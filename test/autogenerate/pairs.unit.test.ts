/** Pairs of schemas, each with something in the way: planned, applied up and down in both forms, and compared. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planChanges } from '../../src/autogenerate/plan-changes.ts';
import type { Rename } from '../../src/autogenerate/renames.ts';
import { schemaFrom } from '../schema/database.ts';
import { assertPlanWorks } from './apply.ts';

interface Pair {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly renames?: readonly Rename[];
  readonly separates?: readonly Rename[];
  /** Kinds of the steps up. */
  readonly steps: readonly string[];
  /** Left out: both ways are all in place. */
  readonly needs?: 'a rebuild';
}

const column = (table: string, from: string, to: string): Rename => ({ kind: 'column', table, from, to });

const pairs: readonly Pair[] = [
  {
    name: 'a new column is computed from another new one that stands behind it',
    from: 'CREATE TABLE t (id)',
    to: 'CREATE TABLE t (id, g TEXT AS (lower(n)) CHECK (g <> h), n TEXT, h TEXT AS (n))',
    steps: ['addColumn', 'addColumn', 'addColumn'],
  },
  {
    name: 'new columns whose CHECKs speak of each other',
    from: 'CREATE TABLE t (id)',
    to: 'CREATE TABLE t (id, a INTEGER CHECK (a > b), b INTEGER CHECK (b > a))',
    steps: ['batch'],
    needs: 'a rebuild',
  },
  {
    name: 'columns go that are computed from each other',
    from: 'CREATE TABLE t (id, n, g AS (n), h AS (g) CHECK (h <> n))',
    to: 'CREATE TABLE t (id)',
    steps: ['dropColumn', 'dropColumn', 'dropColumn'],
  },
  {
    name: 'every column is another',
    from: 'CREATE TABLE t (a TEXT)',
    to: 'CREATE TABLE t (b INTEGER)',
    separates: [{ kind: 'column', table: 't', from: 'a', to: 'b' }],
    steps: ['addColumn', 'dropColumn'],
  },
  {
    name: 'a foreign key written as SQLAlchemy does comes with its column',
    from: 'CREATE TABLE t (id INTEGER)',
    to: 'CREATE TABLE t (id INTEGER, p_id INTEGER, FOREIGN KEY(p_id) REFERENCES t (id))',
    steps: ['addColumn'],
  },
  {
    name: 'a foreign key and the key that it points at come together',
    from: 'CREATE TABLE c (code TEXT, n TEXT); CREATE TABLE p (code TEXT)',
    to: 'CREATE TABLE c (code TEXT, n INTEGER, FOREIGN KEY (code) REFERENCES p (code)); CREATE TABLE p (code TEXT UNIQUE)',
    steps: ['batch', 'rebuild', 'rebuild'],
    needs: 'a rebuild',
  },
  {
    name: 'a UNIQUE that a foreign key points at becomes a unique index',
    from: 'CREATE TABLE c (code REFERENCES p (code)); CREATE TABLE p (code TEXT UNIQUE)',
    to: 'CREATE TABLE c (code REFERENCES p (code)); CREATE TABLE p (code TEXT); CREATE UNIQUE INDEX p_code ON p (code)',
    steps: ['rebuild', 'createIndex'],
    needs: 'a rebuild',
  },
  {
    name: 'a CHECK behind a column that goes is to stay',
    from: 'CREATE TABLE t (a INTEGER, b INTEGER CHECK (a > 0))',
    to: 'CREATE TABLE t (a INTEGER CHECK (a > 0))',
    steps: ['rebuild'],
    needs: 'a rebuild',
  },
  {
    name: 'a column comes by a rebuild, with a CHECK behind it, and goes in place were it not for that',
    from: 'CREATE TABLE t (a)',
    to: "CREATE TABLE t (a, at TEXT DEFAULT CURRENT_TIMESTAMP CHECK (at <> ''))",
    steps: ['batch'],
    needs: 'a rebuild',
  },
  {
    name: 'two constraints of one name',
    from: 'CREATE TABLE t (a TEXT)',
    to: 'CREATE TABLE t (a INTEGER, CONSTRAINT x CHECK (a > 1), CONSTRAINT x CHECK (a > 2))',
    steps: ['batch', 'rebuild'],
    needs: 'a rebuild',
  },
  {
    name: 'a CHECK changes its words and keeps its name',
    from: "CREATE TABLE t (a TEXT CONSTRAINT known CHECK (a IN ('x')))",
    to: "CREATE TABLE t (a TEXT, CONSTRAINT known CHECK (a IN ('x', 'y')))",
    steps: ['dropConstraint', 'addCheck'],
  },
  {
    name: 'a named foreign key goes',
    from: 'CREATE TABLE t (a INTEGER, b INTEGER CONSTRAINT up REFERENCES t (a))',
    to: 'CREATE TABLE t (a INTEGER, b INTEGER)',
    steps: ['dropConstraint'],
    needs: 'a rebuild',
  },
  {
    name: 'a column is renamed that a function shares its name with',
    from: 'CREATE TABLE t (a TEXT, lower TEXT, CHECK (lower(a) = lower)); CREATE INDEX i ON t (lower(lower))',
    to: 'CREATE TABLE t (a TEXT, low TEXT, CHECK (lower(a) = low)); CREATE INDEX i ON t (lower(low))',
    renames: [column('t', 'lower', 'low')],
    steps: ['renameColumn'],
  },
  {
    name: 'a column is renamed to a keyword, with all that speaks of it',
    from: `CREATE TABLE t (a TEXT PRIMARY KEY, b TEXT AS (a || 'a') CHECK (t.a <> 'a'), UNIQUE (b, a));
      CREATE TABLE c (a REFERENCES t (a), d REFERENCES t); CREATE INDEX i ON t (b, a COLLATE NOCASE) WHERE a > 'a'`,
    to: `CREATE TABLE t ("select" TEXT PRIMARY KEY, b TEXT AS ("select" || 'a' ) CHECK (t."select" <> 'a'), UNIQUE (b, "select"));
      CREATE TABLE c (a REFERENCES t ("select"), d REFERENCES t); CREATE INDEX i ON t (b, "select" COLLATE NOCASE) WHERE "select" > 'a'`,
    renames: [column('t', 'a', 'select')],
    steps: ['renameColumn'],
  },
  {
    name: 'a column is renamed, and a CHECK on it goes that has no name',
    from: 'CREATE TABLE t (a INTEGER, CHECK (a > 0))',
    to: 'CREATE TABLE t (b INTEGER)',
    renames: [column('t', 'a', 'b')],
    steps: ['renameColumn', 'rebuild'],
    needs: 'a rebuild',
  },
  {
    name: 'a table is renamed with its children, and its column with it',
    from: 'CREATE TABLE p (id INTEGER PRIMARY KEY, up REFERENCES p, CHECK (p.id > 0)); CREATE TABLE c (p_id REFERENCES p (id)); CREATE INDEX i ON p (up)',
    to: 'CREATE TABLE q (nr INTEGER PRIMARY KEY, up REFERENCES q, CHECK (q.nr > 0)); CREATE TABLE c (p_id REFERENCES q (nr)); CREATE INDEX i ON q (up)',
    renames: [{ kind: 'table', from: 'p', to: 'q' }, column('q', 'id', 'nr')],
    steps: ['renameTable', 'renameColumn'],
  },
  {
    name: 'a table is renamed and a view takes its place, for views and triggers that stay',
    from: `CREATE TABLE t (a); CREATE TABLE u (a); CREATE VIEW v AS SELECT a FROM t;
      CREATE TRIGGER r AFTER INSERT ON u BEGIN DELETE FROM u WHERE a IN (SELECT a FROM t); END`,
    to: `CREATE TABLE s (a); CREATE TABLE u (a); CREATE VIEW t AS SELECT a FROM s; CREATE VIEW v AS SELECT a FROM t;
      CREATE TRIGGER r AFTER INSERT ON u BEGIN DELETE FROM u WHERE a IN (SELECT a FROM t); END`,
    renames: [{ kind: 'table', from: 't', to: 's' }],
    steps: ['dropTrigger', 'dropView', 'renameTable', 'create', 'create', 'create'],
  },
  {
    name: 'a view of a view of what is renamed, and a trigger that reads it',
    from: `CREATE TABLE t (a TEXT); CREATE TABLE u (x); CREATE VIEW v AS SELECT a AS n FROM t; CREATE VIEW w AS SELECT n FROM v;
      CREATE TRIGGER r AFTER INSERT ON u BEGIN SELECT n FROM w; END`,
    to: `CREATE TABLE t (b TEXT); CREATE TABLE u (x); CREATE VIEW v AS SELECT b AS n FROM t; CREATE VIEW w AS SELECT n FROM v;
      CREATE TRIGGER r AFTER INSERT ON u BEGIN SELECT n FROM w; END`,
    renames: [column('t', 'a', 'b')],
    steps: ['dropTrigger', 'dropView', 'dropView', 'renameColumn', 'create', 'create', 'create'],
  },
  {
    name: 'a view with its INSTEAD OF trigger changes',
    from: 'CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t; CREATE TRIGGER r INSTEAD OF DELETE ON v BEGIN DELETE FROM t; END',
    to: 'CREATE TABLE t (a); CREATE VIEW v AS SELECT a, 1 AS n FROM t; CREATE TRIGGER r INSTEAD OF DELETE ON v BEGIN DELETE FROM t; END',
    steps: ['dropTrigger', 'dropView', 'create', 'create'],
  },
  {
    name: 'a table goes with its trigger and index, whose names others take',
    from: 'CREATE TABLE t (a); CREATE INDEX i ON t (a); CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END; CREATE TABLE u (a)',
    to: 'CREATE TABLE u (a); CREATE INDEX i ON u (a); CREATE TRIGGER r AFTER INSERT ON u BEGIN SELECT 1; END; CREATE VIEW t AS SELECT 1',
    steps: ['dropTable', 'createIndex', 'create', 'create'],
  },
  {
    name: 'a trigger speaks of a table that goes, and of its virtual table',
    from: `CREATE TABLE t (a TEXT, b); CREATE VIRTUAL TABLE f USING fts5(a);
      CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO f VALUES (new.a); END`,
    to: 'CREATE TABLE t (a TEXT)',
    steps: ['dropTrigger', 'dropTable', 'dropColumn'],
  },
  {
    name: 'what a NULL does changes, and back',
    from: 'CREATE TABLE t (a TEXT NOT NULL ON CONFLICT IGNORE)',
    to: 'CREATE TABLE t (a TEXT NOT NULL)',
    steps: ['setNotNull'],
  },
  {
    name: 'AUTOINCREMENT, WITHOUT ROWID and the kind of key',
    from: `CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id TEXT PRIMARY KEY) WITHOUT ROWID;
      CREATE TABLE c (id INTEGER PRIMARY KEY DESC); CREATE TABLE d (x, y, PRIMARY KEY (x, y))`,
    to: `CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE TABLE b (id TEXT PRIMARY KEY);
      CREATE TABLE c (id INTEGER PRIMARY KEY); CREATE TABLE d (x, y, PRIMARY KEY (y, x))`,
    steps: ['rebuild', 'rebuild', 'rebuild', 'rebuild'],
    needs: 'a rebuild',
  },
  {
    name: 'names and texts with every kind of quote',
    from: `CREATE TABLE "ta""ble 'of' \`\u{1F600}" ([or der] TEXT, "se""lect" TEXT)`,
    to: `CREATE TABLE "ta""ble 'of' \`\u{1F600}" ([or der] TEXT DEFAULT 'it''s \\n "\${x}"', "se""lect" INTEGER, 'É;' TEXT DEFAULT ';--')`,
    steps: ['batch'],
    needs: 'a rebuild',
  },
];

for (const { name, from, to, renames = [], separates = [], steps, needs } of pairs) {
  test(`a plan works: ${name}`, async () => {
    const [old, wanted] = [schemaFrom(from), schemaFrom(to)];
    const decisions = [
      ...renames.map((rename) => ({ ...rename, answer: 'rename' as const })),
      ...separates.map((rename) => ({ ...rename, answer: 'separate' as const })),
    ];
    const result = planChanges(old, wanted, decisions);
    assert.equal(result.kind, 'plan');
    const kinds = result.plan.up.steps.map(({ kind }) => kind);
    const required = steps.filter((kind) => kind === 'rebuild').map(() => 'requireSchema');
    assert.deepEqual(kinds, [...required, ...steps]);
    assert.equal(await assertPlanWorks(result.plan, from, to), needs === undefined);
  });
}
