/** What the quick and the long tests of this subject share. */
import Database from 'better-sqlite3';

export interface Report {
  readonly outcome: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly steps: readonly { readonly id: string; readonly direction: string }[];
}

export function tables(database: string): string[] {
  const db = new Database(database, { readonly: true });
  try {
    return db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE name GLOB 't_*' ORDER BY 1").pluck().all();
  } finally {
    db.close();
  }
}
