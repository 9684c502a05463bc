/** Which tables have other bytes than in the snapshot, as far as the files show it before the commit. */
import type Database from 'better-sqlite3';
import { invariant } from '../errors.ts';
import { pagesChanged } from '../files/journal-records.ts';
import { openDatabase } from './open-database.ts';

/**
 * With a rollback journal on the live file, SQLite has written the old content of each changed page to the journal.
 * @returns Undefined if that cannot be seen: in WAL mode, in a journal that a later transaction overwrites, and with
 *   auto_vacuum, since COMMIT itself then moves pages.
 */
export function changedTables(live: Database.Database, path: string, snapshot: string): string[] | undefined {
  const [mode, autoVacuum] = ['journal_mode', 'auto_vacuum'].map((name) => live.pragma(name, { simple: true }));
  if (autoVacuum !== 0 || (mode !== 'delete' && mode !== 'truncate')) return undefined;
  const pages = pagesChanged(`${path}-journal`);
  return pages && ownersOf(pages, snapshot);
}

/** The same of a working copy, to which nothing is written meanwhile. @param pages Those that differ from the snapshot's. */
export function changedTablesOfCopy(copy: Database.Database, pages: readonly number[], snapshot: string): string[] {
  invariant(!copy.inTransaction, 'the working copy is being written to');
  return ownersOf(new Set(pages), snapshot);
}

/** The tables to which these pages belong in the snapshot. */
function ownersOf(pages: ReadonlySet<number>, snapshot: string): string[] {
  const db = openDatabase(snapshot, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    const tables = new Map(
      db.prepare('SELECT name, tbl_name FROM sqlite_schema WHERE rootpage > 0').raw().all() as [string, string][],
    );
    const found = new Set<string>();
    const trees = db.prepare('SELECT pageno, name FROM dbstat').raw().iterate();
    for (const [page, tree] of trees as IterableIterator<[number, string]>) {
      if (!pages.has(page) || tree === 'sqlite_schema') continue;
      const table = tables.get(tree);
      invariant(table !== undefined, `page ${page} of the snapshot belongs to ${tree}, which is not in its schema`);
      found.add(table);
    }
    return [...found].sort();
  } finally {
    db.close();
  }
}
