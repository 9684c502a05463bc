import Database from 'better-sqlite3';
import type { Schema } from '../../src/schema/normalised.ts';
import { readSchema } from '../../src/schema/read-schema.ts';

/** A database in memory with what a script makes, foreign keys not enforced, as a run has it. */
export function databaseOf(script: string): Database.Database {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = OFF');
  db.exec(script);
  return db;
}

export function schemaOn(db: Database.Database): Schema {
  return readSchema({ all: (sql) => db.prepare<[], Record<string, unknown>>(sql).all() });
}

/** The schema that a script makes. */
export function schemaFrom(script: string): Schema {
  const db = databaseOf(script);
  try {
    return schemaOn(db);
  } finally {
    db.close();
  }
}
