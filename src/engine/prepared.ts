/** Compiles a statement of a revision, in which text may be in double quotes. */
import type Database from 'better-sqlite3';
import { codeOf } from '../errors.ts';
import { firingStatements, viewStatement } from '../operations/dependents.ts';
import { leadingKeywords } from '../revisions/sql/statements.ts';
import { takenForText, withTextInSingleQuotes } from '../schema/edit/text-in-quotes.ts';
import { quoteName } from '../schema/quote.ts';

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
    if (codeOf(error) === 'SQLITE_ERROR') return sql;
    throw error;
  }
}

/** Creates the view or trigger, compiles it without the other triggers, and undoes that: SQLite itself does not look inside. */
function compileCreated(connection: Database.Database, sql: string, kind: 'VIEW' | 'TRIGGER'): void {
  const port = {
    all: (query: string, ...params: unknown[]) => connection.prepare(query).all(...params) as Record<string, unknown>[],
  };
  const newest = 'SELECT name, tbl_name, sql FROM main.sqlite_schema WHERE type = ? ORDER BY rowid DESC';
  connection.exec('SAVEPOINT drydock_compile');
  try {
    for (const { name, sql: stored } of port.all(newest, 'trigger')) {
      // Without its INSTEAD OF triggers a view cannot be written to, as another trigger may do.
      if (!/\bINSTEAD\s+OF\b/i.test(String(stored))) connection.exec(`DROP TRIGGER main.${quoteName(String(name))}`);
    }
    connection.exec(sql);
    const [created] = port.all(newest, kind.toLowerCase());
    const name = String(created?.['name']);
    const statements =
      kind === 'VIEW'
        ? [viewStatement(name)]
        : firingStatements(port, String(created?.['tbl_name']), String(created?.['sql']));
    for (const statement of statements) connection.prepare(statement);
  } finally {
    connection.exec('ROLLBACK TO drydock_compile; RELEASE drydock_compile');
  }
}
