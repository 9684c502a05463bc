/** Compiles a statement of a revision, in which text may be in double quotes. */
import type Database from 'better-sqlite3';
import { leadingKeywords } from '../revisions/sql/statements.ts';
import { takenForText, withTextInSingleQuotes } from '../schema/edit/text-in-quotes.ts';
import { complaintAbout } from '../schema/objects/compile-objects.ts';
import { inScratch } from '../schema/objects/scratch.ts';
import type { StoredObjects } from '../schema/objects/store-schema.ts';
import { storedObjects } from './broken-by.ts';
import { openScratch } from './scratch.ts';

/** @returns Also the statement's text, with single quotes around what SQLite takes for text. */
export function prepared(
  connection: Database.Database,
  sql: string,
): { readonly statement: Database.Statement; readonly written: string } {
  const [verb, kind] = sql.includes('"') ? leadingKeywords(sql) : [];
  if (verb === 'CREATE' && (kind === 'VIEW' || kind === 'TRIGGER')) {
    const written = withReadableText(sql, (each) => compileCreated(connection, each, kind));
    return { statement: connection.prepare(written), written };
  }
  try {
    return { statement: connection.prepare(sql), written: sql };
  } catch (error) {
    if (takenForText(error) === undefined) throw error;
    const written = withTextInSingleQuotes(sql, (each) => connection.prepare(each));
    return { statement: connection.prepare(written), written };
  }
}

/** As it is if it does not compile for another reason, since SQLite creates it all the same. */
function withReadableText(sql: string, compile: (sql: string) => void): string {
  try {
    return withTextInSingleQuotes(sql, compile);
  } catch (error) {
    if (error instanceof Complaint) return sql;
    throw error;
  }
}

/** Creates the view or trigger, compiles it, and undoes that: SQLite itself does not look inside. */
function compileCreated(connection: Database.Database, sql: string, kind: 'VIEW' | 'TRIGGER'): void {
  connection.exec('SAVEPOINT drydock_compile');
  let stored: StoredObjects;
  try {
    connection.exec(sql);
    stored = storedObjects(connection);
  } finally {
    connection.exec('ROLLBACK TO drydock_compile; RELEASE drydock_compile');
  }
  const created = stored.rows.findLast(({ type }) => type === kind.toLowerCase());
  const complaint = created && inScratch(openScratch, (db) => complaintAbout(db, stored, created));
  if (complaint !== undefined) throw new Complaint(complaint);
}

class Complaint extends Error {}
