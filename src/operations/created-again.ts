/** Creates parts of the schema again whose text in double quotes SQLite does not accept: as text it is in single quotes then. */
import { DrydockError } from '../errors.ts';
import { quoteName } from '../schema/quote.ts';
import { requireTable } from './lookups.ts';
import { rebuild } from './rebuild.ts';
import type { SqlPort } from './sql-port.ts';
import { planFor } from './table-plan.ts';

/**
 * @returns Whether its stored SQL is another now.
 * @throws {DrydockError} If it cannot be created again, for one because a name in it may be a column as well as text.
 */
export function createdAgain(port: SqlPort, kind: string, name: string): boolean {
  const before = storedSql(port, kind, name);
  if (before === undefined) return false;
  try {
    port.atomically(() => createAgain(port, kind, name, before));
  } catch (error) {
    if (!(error instanceof DrydockError)) throw error;
    throw error.with({
      what: `the ${kind} ${name} has text in double quotes, which Drydock's SQLite takes for a column, and cannot be created again with single quotes: ${error.what}`,
      next:
        kind === 'table'
          ? 'Drop the constraint with that text in the revision first, with op.dropConstraint'
          : `Drop the ${kind} in the revision first, and create it with the text in single quotes afterwards`,
    });
  }
  return storedSql(port, kind, name)?.sql !== before.sql;
}

interface Stored {
  readonly sql: string;
  readonly table: string;
}

function storedSql(port: SqlPort, kind: string, name: string): Stored | undefined {
  const found = 'FROM main.sqlite_schema WHERE type = ? AND name = ? COLLATE NOCASE AND sql IS NOT NULL';
  return port
    .all(`SELECT sql, tbl_name ${found}`, kind, name)
    .map(({ sql, tbl_name }): Stored => ({ sql: String(sql), table: String(tbl_name) }))[0];
}

function createAgain(port: SqlPort, kind: string, name: string, { sql, table }: Stored): void {
  if (kind === 'table') {
    const stored = requireTable(port, name);
    rebuild(port, stored, planFor(stored.sql));
    return;
  }
  // With all triggers of the table or view, which fire in the order in which they were created.
  const triggers =
    kind === 'index'
      ? []
      : port.all(
          "SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE ORDER BY rowid",
          table,
        );
  for (const trigger of triggers) port.run(`DROP TRIGGER main.${quoteName(String(trigger['name']))}`);
  if (kind !== 'trigger') {
    port.run(`DROP ${kind.toUpperCase()} main.${quoteName(name)}`);
    port.run(sql);
  }
  for (const trigger of triggers) port.run(String(trigger['sql']));
}
