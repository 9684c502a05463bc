/** Gives a shadow database what it begins with. */
import type Database from 'better-sqlite3';
import { codeOf, DrydockError, messageOf } from '../errors.ts';
import { storeRows, storeSchema } from '../schema/objects/store-schema.ts';
import type { SchemaRow, StoredSchema } from '../schema/read-schema.ts';
import { excerpt } from './guarded-port.ts';
import { prepared } from './prepared.ts';
import { scratchOn } from './scratch.ts';
import type { Seed } from './seed.ts';

/**
 * @param connection To an empty database in memory.
 * @throws {DrydockError} USAGE with the statement of a script that fails.
 */
export function plant(connection: Database.Database, seed: Seed): void {
  if (seed.kind === 'script') for (const sql of seed.statements) runScript(connection, sql);
  else copySchema(connection, seed.schema, seed.rows);
}

function copySchema(connection: Database.Database, { rows, facts }: StoredSchema, inserts: readonly string[]): void {
  const isTrigger = ({ type }: SchemaRow) => type === 'trigger';
  const db = scratchOn(connection);
  storeSchema(db, { rows: rows.filter((row) => !isTrigger(row)), shadowTables: facts.shadowTables });
  // Rows that violate a CHECK are not damage (safe-run.md), and may be what a revision is there to fix.
  connection.pragma('ignore_check_constraints = ON');
  for (const sql of inserts) insert(connection, sql);
  connection.pragma('ignore_check_constraints = OFF');
  storeRows(db, rows.filter(isTrigger));
}

/** A row that needs a function or collation of the application cannot be had. */
function insert(connection: Database.Database, sql: string): void {
  try {
    connection.exec(sql);
  } catch (error) {
    if (!/^SQLITE_ERROR/.test(codeOf(error))) throw error;
  }
}

/** Text in double quotes is read as in a revision. */
function runScript(connection: Database.Database, sql: string): void {
  try {
    connection.exec(sql.includes('"') ? prepared(connection, sql).written : sql);
  } catch (error) {
    // The shell's .schema also prints SQLite's own tables and shadow tables, which SQLite creates by itself.
    if (messageOf(error).startsWith('object name reserved for internal use')) return;
    throw new DrydockError('USAGE', { what: `${messageOf(error)}, in: ${excerpt(sql)}`, cause: error });
  }
}
