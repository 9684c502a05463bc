/** Programs of random statements, and whether the written set names all that they really changed. */
import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { countRows } from '../../src/checks/measure.ts';
import { countWritten } from '../../src/checks/measure-after.ts';
import type { RowsLeft } from '../../src/checks/measurement.ts';
import { guardedPort } from '../../src/engine/guarded-port.ts';
import { followWrites } from '../../src/engine/written-set.ts';
import { queryPort } from '../../src/files/query-port.ts';
import { foldName } from '../../src/schema/names.ts';

const schema = `
  PRAGMA page_size = 512;
  CREATE TABLE a (id INTEGER PRIMARY KEY, n TEXT UNIQUE, x, big);
  CREATE TABLE b (id INTEGER PRIMARY KEY AUTOINCREMENT, a REFERENCES a (id) ON DELETE CASCADE, x);
  CREATE TABLE c (x, y, CHECK (y IS NULL OR y <> 'no'));
  CREATE TABLE w (k PRIMARY KEY, x) WITHOUT ROWID;
  CREATE TABLE log (t, x);
  CREATE TABLE quiet (id INTEGER PRIMARY KEY, x);
  CREATE INDEX bx ON b (x);
  CREATE INDEX cx ON c (x) WHERE x > 3;
  CREATE INDEX wx ON w (x, k);
  CREATE INDEX ax ON a (lower(n));
  CREATE INDEX quiet_x ON quiet (x);
  CREATE TRIGGER a_log AFTER UPDATE ON a BEGIN INSERT INTO log VALUES ('a', new.x); END;
  CREATE TRIGGER log_b AFTER INSERT ON log WHEN new.x > 5 BEGIN UPDATE b SET x = new.x WHERE id < 3; END;
  CREATE VIEW v AS SELECT id, x FROM a;
  CREATE TRIGGER v_in INSTEAD OF INSERT ON v BEGIN DELETE FROM w WHERE k = new.id; INSERT INTO log VALUES ('v', 1); END;
  CREATE VIRTUAL TABLE f USING fts5 (body);
  CREATE VIRTUAL TABLE fx USING fts5 (n, content = 'a', content_rowid = 'id');
  CREATE VIRTUAL TABLE r USING rtree (id, low, high);
  CREATE TRIGGER c_f AFTER INSERT ON c BEGIN INSERT INTO f VALUES (new.x); END;
  INSERT INTO quiet WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n LIMIT 60) SELECT n, n FROM n;
`;

const tables = ['a', 'b', 'c', 'w', 'log', 'n1', 'n2', 'A', '"b"'];
const columns = ['x', 'id', 'n', 'k', 'y', 'a', 'added'];

const table = fc.constantFrom(...tables);
const column = fc.constantFrom(...columns);
const value = fc.oneof(
  fc.integer({ min: 0, max: 9 }).map(String),
  fc.integer({ min: 0, max: 9 }).map((n) => `'text ${n}'`),
  fc.constantFrom('NULL', 'zeroblob(900)', 'random() % 7', 'hex(randomblob(300))'),
);
const where = fc.oneof(
  fc.constant(''),
  fc.integer({ min: 0, max: 9 }).map((n) => ` WHERE rowid < ${n}`),
  fc.tuple(column, value).map(([name, v]) => ` WHERE ${name} = ${v}`),
);
const conflict = fc.constantFrom('', ' OR IGNORE', ' OR REPLACE', ' OR FAIL', ' OR ABORT');

const statement: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(conflict, table, column, value).map(([or, t, c, v]) => `INSERT${or} INTO ${t} (${c}) VALUES (${v})`),
  fc.tuple(table, table).map(([to, from]) => `INSERT INTO ${to} SELECT * FROM ${from}`),
  fc.tuple(conflict, table, column, value, where).map(([or, t, c, v, w]) => `UPDATE${or} ${t} SET ${c} = ${v}${w}`),
  fc
    .tuple(table, column, table)
    .map(([t, c, o]) => `UPDATE ${t} SET ${c} = o.rowid FROM ${o} AS o WHERE o.rowid = ${t}.rowid`),
  fc.tuple(table, where).map(([t, w]) => `DELETE FROM ${t}${w}`),
  fc.tuple(table, where).map(([t, w]) => `DELETE FROM ${t}${w} RETURNING *`),
  fc
    .tuple(value, value)
    .map(([k, x]) => `INSERT INTO w VALUES (${k}, ${x}) ON CONFLICT (k) DO UPDATE SET x = excluded.x`),
  fc.tuple(value, value).map(([id, x]) => `INSERT INTO v VALUES (${id}, ${x})`),
  fc.tuple(table, value).map(([t, v]) => `WITH q AS (SELECT ${v} AS x) INSERT INTO ${t} (x) SELECT x FROM q`),
  value.map((v) => `INSERT INTO f VALUES (${v})`),
  fc.constantFrom(
    "INSERT INTO f (f) VALUES ('rebuild')",
    "INSERT INTO fx (fx) VALUES ('rebuild')",
    'DELETE FROM f',
    "UPDATE f SET body = 'other' WHERE rowid = 1",
    'INSERT OR REPLACE INTO r VALUES (1, 2, 3)',
    'DELETE FROM r',
    'DROP TABLE f',
    'ALTER TABLE f RENAME TO f2',
    'CREATE VIRTUAL TABLE f3 USING fts4 (body)',
    'CREATE VIRTUAL TABLE f USING fts5 (body)',
    'REINDEX',
    'ANALYZE',
    'PRAGMA optimize(0x10002)',
    'PRAGMA user_version = 7',
    'UPDATE sqlite_sequence SET seq = 100',
    'DELETE FROM sqlite_stat1',
    'CREATE TEMP TABLE IF NOT EXISTS a (id, n, x)',
    'CREATE TEMP TRIGGER t_c AFTER INSERT ON main.c BEGIN DELETE FROM log; END',
    'DROP TABLE IF EXISTS temp.a',
    'DROP TRIGGER IF EXISTS log_b',
    'CREATE TRIGGER IF NOT EXISTS b_w AFTER DELETE ON b BEGIN UPDATE w SET x = 1; END',
    'DROP VIEW IF EXISTS v',
    'SELECT * FROM a',
    'PRAGMA recursive_triggers = ON',
  ),
  table.map((t) => `DROP TABLE IF EXISTS ${t}`),
  fc.tuple(table, table).map(([t, from]) => `CREATE TABLE IF NOT EXISTS ${t} AS SELECT * FROM ${from}`),
  table.map((t) => `CREATE TABLE IF NOT EXISTS ${t} (id INTEGER PRIMARY KEY, x UNIQUE)`),
  fc.tuple(table, column).map(([t, c]) => `CREATE INDEX IF NOT EXISTS i_${c} ON ${t} (${c})`),
  column.map((c) => `DROP INDEX IF EXISTS i_${c}`),
  fc.constantFrom('bx', 'cx', 'wx', 'ax').map((i) => `DROP INDEX IF EXISTS ${i}`),
  fc.tuple(table, table).map(([t, to]) => `ALTER TABLE ${t} RENAME TO ${to}`),
  fc.tuple(table, column).map(([t, c]) => `ALTER TABLE ${t} RENAME COLUMN ${c} TO renamed`),
  table.map((t) => `ALTER TABLE ${t} ADD COLUMN added DEFAULT 5`),
  fc.tuple(table, column).map(([t, c]) => `ALTER TABLE ${t} DROP COLUMN ${c}`),
  table.map((t) => `REINDEX ${t}`),
  table.map((t) => `ANALYZE ${t}`),
);

/** Statements, some of them in an operation that fails and is rolled back. */
export const program = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: statement.map((sql) => [sql]) },
    { weight: 1, arbitrary: fc.array(statement, { minLength: 1, maxLength: 3 }).map((all) => [...all, 'fail']) },
  ),
  { minLength: 1, maxLength: 12 },
);

const seed = new Database(':memory:').exec(schema).serialize();

/**
 * Runs a program, each part as a step of its own, and fails if it changed a page or a row of a table that is not in the
 * written set.
 * @returns How many statements ran.
 */
export function runProgram(parts: readonly (readonly string[])[]): number {
  const db = new Database(Buffer.from(seed));
  db.pragma('foreign_keys = OFF');
  const owners = ownersOf(db);
  const before = db.serialize();
  const contents = contentOf(db);
  db.exec('BEGIN');
  const writes = followWrites(db);
  const port = guardedPort(db, 'transaction', 'a program', { mayWrite: writes.note, undone: writes.forget });
  let ran = 0;
  let rows: Record<string, number | null> = countRows(queryPort(db));
  const run = (sql: string) => {
    port.run(sql);
    ran += 1;
  };
  for (const part of parts) {
    attempt(() => {
      if (part.at(-1) !== 'fail') return part.forEach(run);
      port.atomically(() => {
        for (const sql of part.slice(0, -1)) attempt(() => run(sql));
        throw new Database.SqliteError('the operation failed', 'SQLITE_ERROR');
      });
    });
    rows = { ...rows, ...countWritten(queryPort(db), writes.endStep().written) };
    assert.deepEqual(withRows(rows), withRows(countRows(queryPort(db))), `the rows after ${part}`);
  }
  const written = writes.all();
  const after = db.serialize();
  if (written.kind === 'tables') {
    const keys = new Set(written.tables.map(foldName));
    for (const [page, owner] of owners) {
      if (keys.has(foldName(owner)) || owner === 'sqlite_schema') continue;
      const at = (page - 1) * 512;
      assert.ok(before.subarray(at, at + 512).equals(after.subarray(at, at + 512)), `page ${page} of ${owner} changed`);
    }
    const now = contentOf(db);
    for (const [table_, content] of contents) {
      if (!keys.has(foldName(table_))) assert.deepEqual(now.get(table_), content, `the rows of ${table_}`);
    }
  }
  db.close();
  return ran;
}

/** A table that was created a moment ago is not counted. */
function withRows(rows: RowsLeft): Record<string, number | null> {
  return Object.fromEntries(Object.entries(rows).filter(([, count]) => count !== null && count > 0));
}

/** Most statements of a random program do not fit the schema, which is no finding. */
function attempt(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Database.SqliteError) || error.code.startsWith('SQLITE_CORRUPT')) throw error;
  }
}

function ownersOf(db: Database.Database): [number, string][] {
  return db
    .prepare(
      `SELECT d.pageno, coalesce(s.tbl_name, d.name) FROM dbstat AS d LEFT JOIN sqlite_schema AS s ON s.name = d.name`,
    )
    .raw()
    .all() as [number, string][];
}

function contentOf(db: Database.Database): Map<string, unknown[]> {
  const names = db.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0").pluck().all();
  return new Map((names as string[]).map((name) => [name, db.prepare(`SELECT * FROM main."${name}"`).raw().all()]));
}
