import Database from 'better-sqlite3';
import { guardedPort } from '../../src/engine/guarded-port.ts';
import type { Operations } from '../../src/operations/operations.ts';
import { createOperations } from '../../src/operations/operations.ts';
import type { Row, SqlPort } from '../../src/operations/sql-port.ts';
import { quoteName } from '../../src/schema/quote.ts';

/** A database in memory, as the engine would hold it: foreign keys not enforced, a transaction open. */
export function openDatabase(script: string): Database.Database {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = OFF');
  db.exec(script);
  db.exec('BEGIN IMMEDIATE');
  return db;
}

/** The engine's own port, which refuses what a revision may not do, so that no operation comes to need it. */
export function portOn(db: Database.Database): SqlPort {
  return guardedPort(db, 'transaction', 'test');
}

export function operationsOn(db: Database.Database): Operations {
  return createOperations(portOn(db));
}

/** All of a database's content that anybody could miss: the schema's text and every value with its type and rowid. */
export interface Dump {
  readonly schema: Record<string, string | null>;
  readonly rows: Record<string, Row[]>;
}

export function dump(db: Database.Database): Dump {
  const schema = db
    .prepare<[], { name: string; type: string; tbl_name: string; sql: string | null }>(
      'SELECT * FROM sqlite_schema ORDER BY type, name',
    )
    .all();
  const tables = schema.filter(({ type, sql }) => type === 'table' && sql !== null && !/^CREATE VIRTUAL/.test(sql));
  return {
    schema: Object.fromEntries(schema.map(({ type, name, tbl_name, sql }) => [`${type} ${name} on ${tbl_name}`, sql])),
    rows: Object.fromEntries(tables.map(({ name }) => [name, rowsOf(db, name)])),
  };
}

/** The value of a schema row's text, with one part of it replaced: how a table ought to read after a change of type. */
export function withEdit(before: Dump, table: string, from: string, to: string): Dump {
  const key = `table ${table} on ${table}`;
  const sql = before.schema[key] ?? '';
  return { ...before, schema: { ...before.schema, [key]: sql.replace(from, to) } };
}

function rowsOf(db: Database.Database, table: string): Row[] {
  const columns = db.prepare<[string], { name: string }>('SELECT name FROM pragma_table_xinfo(?)').all(table);
  const names = columns.map(({ name }) => name);
  const withoutRowid = db.prepare('SELECT wr FROM pragma_table_list(?)').pluck().get(table) === 1;
  const rowid = withoutRowid ? undefined : ['rowid', '_rowid_', 'oid'].find((alias) => !names.includes(alias));
  const values = names.map((name) => {
    const column = `t.${quoteName(name)}`;
    return `typeof(${column}) || ' ' || quote(${column}) AS ${quoteName(name)}`;
  });
  const identity = rowid === undefined ? [] : [`${rowid} AS ${quoteName('the rowid')}`];
  const all = [...identity, ...values].join(', ');
  return db.prepare<[], Row>(`SELECT ${all} FROM ${quoteName(table)} AS t`).all();
}

/** Values of one column, for a look at single facts. */
export function column(db: Database.Database, sql: string): unknown[] {
  return db.prepare(sql).pluck().all();
}
