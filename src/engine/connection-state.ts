/**
 * Undoes what a revision leaves behind in the connection, where the next one would find it. Two revisions must mean the
 * same in one run as in two separate runs, each with its own connection.
 */
import type Database from 'better-sqlite3';
import { quoteName } from '../schema/quote.ts';

/** The settings that change what statements mean, at the values of a new connection. https://sqlite.org/pragma.html */
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

/** Drops temporary tables, views and triggers, and resets what pragmas have set. */
export function resetConnection(connection: Database.Database): void {
  connection.exec(allSettings);
  const left = connection.prepare<[], { type: string; name: string }>(
    // Views and triggers first, since they may depend on the tables.
    "SELECT type, name FROM sqlite_temp_schema WHERE type <> 'index' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type DESC",
  );
  // IF EXISTS: dropping a virtual table also drops its shadow tables.
  for (const { type, name } of left.all()) connection.exec(`DROP ${type} IF EXISTS temp.${quoteName(name)}`);
}
