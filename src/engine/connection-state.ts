/**
 * What a revision may leave of itself in the connection, where the next one would find it: two revisions must mean the
 * same in one run as in two, in which each has a connection of its own.
 */
import type Database from 'better-sqlite3';
import { quoteName } from '../schema/quote.ts';

/** What changes the meaning of statements, as Drydock opens a connection. https://sqlite.org/pragma.html */
const settings = [
  'case_sensitive_like = OFF',
  'foreign_keys = OFF',
  'legacy_alter_table = OFF',
  'query_only = OFF',
  'recursive_triggers = OFF',
  'reverse_unordered_selects = OFF',
  'trusted_schema = ON',
];
const allSettings = settings.map((setting) => `PRAGMA ${setting};`).join('');

/** Temporary tables, views and triggers go, and what pragmas set is put back. */
export function resetConnection(connection: Database.Database): void {
  connection.exec(allSettings);
  const left = connection.prepare<[], { type: string; name: string }>(
    // Views and triggers may be of the tables, and go first.
    "SELECT type, name FROM sqlite_temp_schema WHERE type <> 'index' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type DESC",
  );
  // What stood behind a virtual table is gone with it.
  for (const { type, name } of left.all()) connection.exec(`DROP ${type} IF EXISTS temp.${quoteName(name)}`);
}
