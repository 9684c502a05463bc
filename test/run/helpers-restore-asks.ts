/** What the quick and the long tests of this subject share. */
import type { TestContext } from 'node:test';
import type { JournalMode } from '../harness/files.ts';
import { type Restorable, restorable, withDatabase } from '../harness/restorable.ts';

/** Rows came, went and changed since the snapshot, and a table appeared. */
export const since = `
  INSERT INTO items (name) VALUES ('one'), ('two'), ('three');
  CREATE TABLE notes (n INTEGER);
  INSERT INTO notes VALUES (1), (2);
`;

export async function written(t: TestContext, mode: JournalMode): Promise<Restorable> {
  const it = await restorable(t, mode);
  withDatabase(it.database, (db) => db.exec(since));
  return it;
}

export interface Report {
  readonly kept: string;
  readonly tables: readonly { readonly table: string; readonly before: number | null; readonly after: number | null }[];
}
