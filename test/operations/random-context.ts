/** What a random operation is made from, and what it may do. */
import type Database from 'better-sqlite3';
import type { Operations } from '../../src/operations/operations.ts';
import type { Choices } from './choices.ts';

/** What an operation may change. All else must be as before. */
export interface Effect {
  readonly table: string;
  /** Columns whose definition or values it may change. */
  readonly columns: readonly string[];
  /** Whether it changes the list of the table's constraints. */
  readonly constraints: boolean;
  /** Whether a row may get another rowid: an INTEGER column that becomes the key is the rowid. */
  readonly rowids: boolean;
  /** Indexes, views, triggers that it makes or drops. */
  readonly objects: readonly string[];
  readonly rename?: { readonly from: string; readonly to: string; readonly of: 'table' | 'column' };
}

export interface RandomOperation {
  readonly title: string;
  readonly effect: Effect;
  readonly run: (op: Operations) => void;
  /** What is to be true of the column afterwards. Left out: it is enough that the schema is another. */
  readonly achieved?: (column: ColumnInfo) => boolean;
  readonly inverse?: (op: Operations) => void;
}

export interface ColumnInfo {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly dflt_value: string | null;
  readonly hidden: number;
  readonly pk: number;
}

/** A table, some of its columns, and another table. */
export interface Context {
  readonly table: string;
  readonly columns: readonly ColumnInfo[];
  readonly column: ColumnInfo;
  readonly other: ColumnInfo;
  readonly parent: string;
  readonly choices: Choices;
}

export const nothing = { columns: [], constraints: false, rowids: false, objects: [] };

/** The tables that a revision would work on. */
export function userTables(db: Database.Database): string[] {
  const sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
  return db.prepare<[], string>(sql).pluck().all();
}
