/** SQL that SQLite reads and the parser by itself does not, against SQLite's own reading. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareSchemas } from '../../src/schema/compare/compare.ts';
import { parseStmt, tokenize } from '../../src/schema/parse.ts';
import { openDatabase, operationsOn } from '../operations/database.ts';
import { databaseOf, schemaFrom, schemaOn } from './database.ts';

const names = 'window INTEGER, filter, over TEXT';
const tables = `CREATE TABLE t (${names}); CREATE TABLE "e000 \ue000\uf7ff" (a)`;

/** The same in words that nothing can misunderstand. */
const same: readonly (readonly [sql: string, quoted: string])[] = [
  [
    `CREATE TABLE window (${names} DEFAULT 1_000, CHECK (window > filter AND over < 0xF_f), UNIQUE (over, filter))`,
    'CREATE TABLE "window" ("window" INTEGER, "filter", "over" TEXT DEFAULT 1000, CHECK ("window" > "filter" AND "over" < 0xFF), UNIQUE ("over", "filter"))',
  ],
  [
    'CREATE TABLE filter (a INT CONSTRAINT over CHECK (a) REFERENCES t (window), b AS (abs(a) + 1_0.2_5e1_0 + .5_0))',
    'CREATE TABLE "filter" (a INT CONSTRAINT "over" CHECK (a) REFERENCES t ("window"), b AS (abs(a) + 10.25e10 + .50))',
  ],
  [
    'CREATE INDEX over ON t (window, filter COLLATE NOCASE, (over || window)) WHERE filter IS NULL',
    'CREATE INDEX "over" ON t ("window", "filter" COLLATE NOCASE, ("over" || "window")) WHERE "filter" IS NULL',
  ],
  [
    'CREATE VIEW window AS SELECT Window, sum(over) FILTER (WHERE filter > 1) OVER win AS over FROM t WINDOW win AS (PARTITION BY window)',
    'CREATE VIEW "window" AS SELECT "Window", sum("over") FILTER (WHERE "filter" > 1) OVER win AS "over" FROM t WINDOW win AS (PARTITION BY "window")',
  ],
  [
    'CREATE VIEW v AS SELECT count(*) over (order by over rows unbounded preceding) filter FROM t window window as (order by filter)',
    'CREATE VIEW v AS SELECT count(*) over (order by "over" rows unbounded preceding) "filter" FROM t window "window" as (order by "filter")',
  ],
  [
    'CREATE TRIGGER filter AFTER UPDATE OF window, over ON t WHEN new.window > 1_000 BEGIN UPDATE t SET over = new.filter WHERE window = 1; END',
    'CREATE TRIGGER "filter" AFTER UPDATE OF "window", "over" ON t WHEN new."window" > 1000 BEGIN UPDATE t SET "over" = new."filter" WHERE "window" = 1; END',
  ],
];

for (const [sql, quoted] of same) {
  test(`read as SQLite reads it: ${sql}`, () => {
    const [bare, safe] = [schemaFrom(`${tables}; ${sql}`), schemaFrom(`${tables}; ${quoted}`)];
    assert.deepEqual(compareSchemas(bare, safe), []);
    assert.notDeepEqual(compareSchemas(bare, schemaFrom(tables)), []);
  });
}

test('names and places are those of the SQL, whatever stands in it', () => {
  const sql = `CREATE TABLE Window ("\ue000 window" TEXT DEFAULT '\ue080 over 1_0', Filter INT DEFAULT 1_000)`;
  const parsed = parseStmt(sql);
  assert.ok(parsed.status === 'ok' && parsed.root.type === 'CreateTableStmt');
  const { tblName, body } = parsed.root;
  assert.equal(tblName.objName.text, 'Window');
  assert.ok(body.type === 'ColumnsAndConstraintsCreateTableBody');
  assert.deepEqual(
    body.columns.map(({ colName }) => [colName.text, sql.startsWith(colName.text, colName.span.offset)]),
    [
      ['\ue000 window', false],
      ['Filter', true],
    ],
  );
  const texts = [...tokenize(sql, { emitTrivia: true })].map(({ text }) => text);
  assert.equal(texts.join(''), sql);
  const failed = parseStmt('CREATE TABLE window (over over over,)');
  assert.ok(failed.status === 'error');
  assert.doesNotMatch(JSON.stringify(failed.errors), /[\ue000-\uf8ff]/);
});

test('what is no number to SQLite is none here', () => {
  for (const number of ['1__0', '1_', '1_0a', '0x_1', '1_.0', '1e_5']) {
    assert.throws(() => databaseOf(`SELECT ${number}`), number);
    const read = parseStmt(`SELECT ${number}`);
    assert.equal(read.status, 'error', number);
  }
});

test('the operations work on a table whose columns are so called', () => {
  const db =
    openDatabase(`CREATE TABLE limits (id INTEGER PRIMARY KEY, window INTEGER, over TEXT CHECK (over <> 1_000));
    INSERT INTO limits VALUES (1, 60, 'x'); CREATE INDEX i ON limits (window); CREATE VIEW v AS SELECT window FROM limits`);
  const op = operationsOn(db);
  op.addColumn('limits', op.column.text('filter', { default: "'n'", check: "filter <> ''" }));
  op.alterColumn('limits', 'window', { type: 'TEXT', using: 'CAST(window AS TEXT)' });
  op.alterColumn('limits', 'over', { newName: 'other' });
  op.dropColumn('limits', 'filter');
  assert.deepEqual(db.prepare('SELECT * FROM limits').raw().all(), [[1, '60', 'x']]);
  assert.equal(
    schemaOn(db).tables[0]?.sql,
    'CREATE TABLE limits (id INTEGER PRIMARY KEY, window TEXT, other TEXT CHECK (other <> 1_000))',
  );
});
