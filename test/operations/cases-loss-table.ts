/** What Alembic's batch mode loses when it rebuilds a table (research: its feature map, section 6), row by row. */

/** A row of the table: something that another tool loses. */
export interface LossCase {
  readonly name: string;
  readonly script: string;
  /** Table, column and the new type. */
  readonly change: readonly [table: string, column: string, type: string];
  /** The only part of the schema's text that may differ afterwards. */
  readonly edit: readonly [from: string, to: string];
}

const rows = "INSERT INTO t (a, b) VALUES ('x', 1), ('y', 2), (NULL, NULL), ('ÿ\u{1F600}', -3)";

export const lossCases: readonly LossCase[] = [
  {
    name: 'triggers on the table',
    script: `CREATE TABLE log (entry TEXT);
      CREATE TABLE t (a VARCHAR(5), b INTEGER);
      CREATE TRIGGER t_insert AFTER INSERT ON t WHEN new.b > 0 BEGIN
        INSERT INTO log VALUES (new.a || ' -- "new"; END'); SELECT CASE WHEN new.b = 1 THEN 2 END;
      END;
      CREATE TRIGGER t_update BEFORE UPDATE OF a, b ON T BEGIN DELETE FROM log; END;
      ${rows};`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'triggers of other tables that mention it',
    script: `CREATE TABLE t (a VARCHAR(5), b INTEGER);
      CREATE TABLE other (x);
      CREATE TRIGGER other_insert AFTER INSERT ON other BEGIN
        INSERT INTO t (a) VALUES (new.x); UPDATE t SET b = 1 WHERE a = new.x; DELETE FROM t WHERE b IS NULL;
      END;
      ${rows};`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'views that mention it, views of those, and their INSTEAD OF triggers',
    script: `CREATE TABLE t (a VARCHAR(5), b INTEGER);
      CREATE VIEW v AS SELECT a, count(*) AS n FROM t GROUP BY a;
      CREATE VIEW w (x) AS SELECT "t"."a" FROM "t" JOIN v USING (a);
      CREATE TRIGGER v_delete INSTEAD OF DELETE ON v BEGIN DELETE FROM t WHERE a = old.a; END;
      ${rows};`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'indexes: plain, unique, partial, over expressions, DESC and COLLATE',
    script: `CREATE TABLE t (a VARCHAR(5), b INTEGER);
      CREATE INDEX t_partial ON t (b) WHERE a IS NOT NULL AND b > 0;
      CREATE INDEX t_expression ON t (lower(a), b + 1);
      CREATE INDEX "t desc" ON t(a COLLATE NOCASE DESC, b ASC);
      CREATE UNIQUE INDEX t_unique ON t (a, b);
      ${rows};`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'CHECK constraints, named and not',
    script: `CREATE TABLE t (a VARCHAR(5) CHECK (a <> ')'), b INTEGER CONSTRAINT "b's" CHECK (b < 100),
        CHECK (a IS NOT NULL OR b IS NULL), CONSTRAINT ranges CHECK ((b > -10) AND (a <> 'no')));
      ${rows};`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'foreign keys, inline and of the table, with actions, MATCH and DEFERRABLE',
    script: `CREATE TABLE parent (id INTEGER PRIMARY KEY, code TEXT UNIQUE);
      INSERT INTO parent VALUES (1, 'x'), (2, 'y');
      CREATE TABLE t (a VARCHAR(5) REFERENCES parent(code) ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED,
        b INTEGER REFERENCES parent ON DELETE RESTRICT, self INTEGER REFERENCES t (b) MATCH SIMPLE,
        CONSTRAINT fk FOREIGN KEY (b) REFERENCES parent (id) ON DELETE SET DEFAULT NOT DEFERRABLE);
      INSERT INTO t VALUES ('x', 1, NULL), ('y', 2, 1), ('orphan', 9, 9);`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'children of a rebuilt parent, with their rows',
    script: `CREATE TABLE t (a VARCHAR(5) PRIMARY KEY, b INTEGER);
      CREATE TABLE cascading (a TEXT REFERENCES t ON DELETE CASCADE);
      CREATE TABLE clearing (a TEXT REFERENCES "t" (a) ON DELETE SET NULL);
      CREATE TABLE refusing (a TEXT, FOREIGN KEY (a) REFERENCES [t] (a));
      ${rows};
      INSERT INTO cascading VALUES ('x'), ('y'); INSERT INTO clearing VALUES ('x'); INSERT INTO refusing VALUES ('y');`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'ON CONFLICT clauses, over rows that would set them off',
    script: `CREATE TABLE t (a VARCHAR(5) UNIQUE ON CONFLICT REPLACE, b INTEGER NOT NULL ON CONFLICT IGNORE,
        c TEXT UNIQUE ON CONFLICT ROLLBACK, UNIQUE (a, b) ON CONFLICT FAIL);
      INSERT INTO t VALUES ('x', 1, 'p'), ('y', 2, 'q'), (NULL, 2, NULL), (NULL, 2, NULL);`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'AUTOINCREMENT and a counter beyond every row and beyond 2^53',
    script: `CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a VARCHAR(5), b INTEGER);
      CREATE TABLE other (id INTEGER PRIMARY KEY AUTOINCREMENT);
      INSERT INTO other DEFAULT VALUES;
      INSERT INTO t (id, a) VALUES (9007199254740993, 'gone'); DELETE FROM t; ${rows};`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'AUTOINCREMENT on a table that never held a row',
    script: 'CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a VARCHAR(5));',
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'generated columns, virtual and stored',
    script: `CREATE TABLE t (a VARCHAR(5), b INTEGER, up TEXT GENERATED ALWAYS AS (upper(a)) VIRTUAL,
        twice INTEGER AS (b * 2) STORED);
      INSERT INTO t (a, b) VALUES ('x', 1), ('y', 2);
      CREATE INDEX t_up ON t (up);`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'GENERATED ALWAYS behind the type that is changed',
    script: `CREATE TABLE t (a TEXT, b INTEGER, up VARCHAR (9)  Generated ALWAYS AS (upper(a)) STORED); ${rows};`,
    change: ['t', 'up', 'TEXT'],
    edit: ['VARCHAR (9)  Generated', 'TEXT  Generated'],
  },
  {
    name: 'a type for a generated column that has none',
    script: `CREATE TABLE t (a TEXT, b INTEGER, up generated always AS (upper(a))); ${rows};`,
    change: ['t', 'up', 'TEXT'],
    edit: ['up generated', 'up TEXT generated'],
  },
  {
    name: 'WITHOUT ROWID, its composite key and its order',
    script: `CREATE TABLE t (a VARCHAR(5), b INTEGER, c TEXT, PRIMARY KEY (b DESC, a)) WITHOUT ROWID;
      INSERT INTO t VALUES ('x', 1, 'p'), ('y', 2, 'q'), ('z', 2, NULL);`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'STRICT, and an ANY column with values of every type',
    script: `CREATE TABLE t (a ANY, b INT, c BLOB) STRICT;
      INSERT INTO t VALUES ('007', 1, x'00'), (7, 2, NULL), (7.0, 3, x'ff'), (x'41', 4, x''), (NULL, NULL, NULL);`,
    change: ['t', 'b', 'INTEGER'],
    edit: ['b INT,', 'b INTEGER,'],
  },
  {
    name: 'STRICT, WITHOUT ROWID',
    script: `CREATE TABLE t (a TEXT PRIMARY KEY, b INT) STRICT, WITHOUT ROWID; INSERT INTO t VALUES ('x', 1);`,
    change: ['t', 'b', 'INTEGER'],
    edit: ['b INT)', 'b INTEGER)'],
  },
  {
    name: 'COLLATE of columns',
    script: `CREATE TABLE t (a VARCHAR(5) COLLATE NOCASE UNIQUE, b INTEGER, c TEXT COLLATE RTRIM); ${rows};
      INSERT INTO t (a, c) VALUES ('Z', 'c  ');`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'declared types that are in no book, and columns without a type',
    script: `CREATE TABLE t (a VARCHAR /* five */ ( 5 ), b INTEGER, c MONEY, d UUID, e, f TIMESTAMP WITH TIME ZONE,
        g DOUBLE   PRECISION, h "my type", i DECIMAL(10, -2), j BLOB_TEXT);
      INSERT INTO t VALUES ('x', 1, '1.50', 'd', 1.5, '2025', 2.0, x'00', 3, 'j');`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR /* five */ ( 5 )', 'TEXT'],
  },
  {
    name: 'a type where there was none',
    script: "CREATE TABLE t (a TEXT, b -- no type\n, c DEFAULT 'c'); INSERT INTO t VALUES ('x', x'00', x'01');",
    change: ['t', 'b', 'BLOB'],
    edit: ['b -- no', 'b BLOB -- no'],
  },
  {
    name: 'rowids without an INTEGER PRIMARY KEY',
    script: `CREATE TABLE t (a VARCHAR(5), b INTEGER); ${rows}; DELETE FROM t WHERE b = 2;
      INSERT INTO t (rowid, a) VALUES (-5, 'negative'), (9223372036854775806, 'nearly the last');`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'rowids behind a column named rowid',
    script: `CREATE TABLE t (rowid TEXT, a VARCHAR(5), b INTEGER); ${rows}; DELETE FROM t WHERE b = 2;`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'INT PRIMARY KEY, which is no rowid, with NULL in it',
    script: `CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(5));
      INSERT INTO t VALUES (30, 'x'), (10, 'y'), (NULL, 'z'), (NULL, 'z'); DELETE FROM t WHERE id = 30;`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'INTEGER PRIMARY KEY DESC, which is no rowid either',
    script: `CREATE TABLE t (id INTEGER PRIMARY KEY DESC, a VARCHAR(5)); INSERT INTO t VALUES (30, 'x'), (10, 'y');`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'rows that external-content FTS5 finds by rowid',
    script: `CREATE TABLE t (a VARCHAR(5), b INTEGER); ${rows}; DELETE FROM t WHERE b = 1;
      CREATE VIRTUAL TABLE search USING fts5(a, content = 't'); INSERT INTO search (search) VALUES ('rebuild');`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'defaults of every form: expressions, quoted, blob, negative',
    script: `CREATE TABLE t (a VARCHAR(5) DEFAULT 'it''s', b INTEGER DEFAULT -1, c DEFAULT (abs(-5) + 1), d DEFAULT x'00',
        e DEFAULT CURRENT_TIMESTAMP, f DEFAULT NULL, g TEXT DEFAULT 'VARCHAR(5)'); INSERT INTO t (b) VALUES (1), (2);`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'comments and layout of the stored SQL',
    script: `CREATE TABLE t ( -- a VARCHAR(5), "not" a column
        /* a VARCHAR(5) */ a /* é\u{1F600} */ VARCHAR(5) -- it's the one; really
        ,\tb   INTEGER\n\n-- the end
      )   ; ${rows};`,
    change: ['t', 'a', 'TEXT'],
    edit: ['/* é\u{1F600} */ VARCHAR(5)', '/* é\u{1F600} */ TEXT'],
  },
  {
    name: 'names with quotes, blanks, reserved words and letters of the world',
    script: `CREATE TABLE "ta""ble 'of' 日本 \u{1F600}" ([order] VARCHAR(5), "se""lect" INTEGER, 'É;' TEXT, \`é;\` TEXT, "%:?" INT);
      CREATE INDEX "in dex" ON "ta""ble 'of' 日本 \u{1F600}" ("order", "se""lect");
      CREATE VIEW "group" AS SELECT * FROM "ta""ble 'of' 日本 \u{1F600}";
      CREATE TRIGGER "trig ger" AFTER DELETE ON "ta""ble 'of' 日本 \u{1F600}" BEGIN SELECT old."order"; END;
      INSERT INTO "ta""ble 'of' 日本 \u{1F600}" VALUES ('x', 1, 'y', 'z', 2);`,
    change: [`ta"ble 'of' 日本 \u{1F600}`, 'é;', 'VARCHAR(9)'],
    edit: ['`é;` TEXT', '`é;` VARCHAR(9)'],
  },
  {
    name: 'the statistics of ANALYZE',
    script: `CREATE TABLE t (a VARCHAR(5), b INTEGER); CREATE INDEX t_a ON t (a); ${rows}; ANALYZE;`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'views and triggers that were broken before',
    script: `CREATE TABLE t (a VARCHAR(5), b INTEGER); ${rows};
      CREATE VIEW broken AS SELECT absent FROM nowhere;
      CREATE TRIGGER broken_too AFTER INSERT ON t BEGIN SELECT absent FROM nowhere; END;`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'the type of a key column of a WITHOUT ROWID table',
    script: "CREATE TABLE t (a VARCHAR(5) PRIMARY KEY, b) WITHOUT ROWID; INSERT INTO t VALUES ('x', 1), ('X', 2);",
    change: ['T', 'A', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'UNIQUE constraints, named and not, of a column and of the table',
    script: `CREATE TABLE t (a VARCHAR(5) UNIQUE, b INTEGER CONSTRAINT "b once" UNIQUE, c, UNIQUE (a, c),
        CONSTRAINT both UNIQUE (c COLLATE NOCASE, b DESC)); ${rows};`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'a foreign key to the table itself',
    script: `CREATE TABLE t (a VARCHAR(5), b INTEGER PRIMARY KEY, up INTEGER REFERENCES t ON DELETE CASCADE);
      INSERT INTO t VALUES ('x', 1, NULL), ('y', 2, 1), ('z', 3, 2);`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
  {
    name: 'NOT NULL, the order of a composite key, and NULL in a TEXT PRIMARY KEY',
    script: `CREATE TABLE t (a VARCHAR(5) NOT NULL, b TEXT, c INTEGER CONSTRAINT "c's" NOT NULL DEFAULT 7, PRIMARY KEY (c, b));
      INSERT INTO t (a, b) VALUES ('x', NULL), ('y', NULL), ('z', 'q');`,
    change: ['t', 'a', 'TEXT'],
    edit: ['VARCHAR(5)', 'TEXT'],
  },
];
