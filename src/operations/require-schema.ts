import { DrydockError } from '../errors.ts';
import { compareSchemas } from '../schema/compare/compare.ts';
import { isMild } from '../schema/compare/difference.ts';
import { includesName, sameName } from '../schema/names.ts';
import { indexOf, triggerOf } from '../schema/normalise/normalise-objects.ts';
import { parseStored } from '../schema/normalise/normalise-parse.ts';
import { tableOf } from '../schema/normalise/normalise-table.ts';
import type { Index, Schema, Table, Trigger } from '../schema/normalised.ts';
import { readStoredSchema, schemaOf } from '../schema/read-schema.ts';
import { requireTable } from './lookups.ts';
import type { SqlPort } from './sql-port.ts';
import { storedAsHere } from './stored-text.ts';

/** What must be true before a revision continues. */
export interface RequirementOperations {
  /**
   * Checks that a table, with its indexes and triggers, is exactly what the given statements create. Column order, SQL
   * layout and the spelling of names do not matter.
   * @param statements CREATE TABLE, then the table's CREATE INDEX and CREATE TRIGGER.
   * @throws {DrydockError} Naming each difference.
   * @example
   * op.requireSchema('teams', [
   *   'CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT)',
   *   'CREATE INDEX teams_name ON teams (name)',
   * ]);
   */
  requireSchema(table: string, statements: readonly string[]): void;
}

export function requirementOperations(port: SqlPort): RequirementOperations {
  return { requireSchema: (table, statements) => requireSchema(port, requireTable(port, table).name, statements) };
}

function requireSchema(port: SqlPort, name: string, statements: readonly string[]): void {
  const wanted = schemaFrom(name, statements);
  const { rows, facts } = readStoredSchema(port);
  // A foreign key may omit its parent columns; then the parent table says which they are.
  const parents = wanted.tables.flatMap(({ foreignKeys }) => foreignKeys.map(({ parent }) => parent));
  const own = rows.filter(({ tbl_name }) => sameName(tbl_name, name));
  const others = rows.filter((row) => row.type === 'table' && row.name !== name && includesName(parents, row.name));
  const found = schemaOf({ rows: [...own, ...others], facts });
  const beside = found.tables.filter((table) => table.name !== name);
  const differences = compareSchemas(found, { ...wanted, tables: [...wanted.tables, ...beside] });
  const sentences = differences.filter((difference) => !isMild(difference)).map(({ sentence }) => sentence);
  if (sentences.length > 0) {
    throw new DrydockError('REVISION_FAILED', {
      what: `${name} is not the table that the revision was written for, and these differences would be lost: ${sentences.join('; ')}`,
      next: 'Compare with `drydock check`, then bring the database and the revisions together: remove what should not be there, or fix the revision',
    });
  }
  port.later?.({
    holds: storedAsHere(port, name),
    problem: `${name}, its indexes or triggers have changed`,
  });
}

/** @throws {DrydockError} FAULT if a statement cannot be parsed. */
function schemaFrom(name: string, statements: readonly string[]): Schema {
  const tables: Table[] = [];
  const indexes: Index[] = [];
  const triggers: Trigger[] = [];
  for (const sql of statements) {
    const statement = parseStored(sql);
    const [table] = tables;
    if (statement.type === 'CreateTableStmt' && table === undefined) tables.push(tableOf(name, sql));
    else if (statement.type === 'CreateIndexStmt' && table !== undefined)
      indexes.push(indexOf(statement.idxName.objName.text, table, sql));
    else if (statement.type === 'CreateTriggerStmt' && table !== undefined)
      triggers.push(triggerOf(statement.triggerName.objName.text, name, sql));
    else {
      throw new DrydockError('REVISION_FAILED', {
        what: `op.requireSchema takes one CREATE TABLE first, then CREATE INDEX and CREATE TRIGGER, and got ${JSON.stringify(sql)}`,
      });
    }
  }
  return { tables, indexes, triggers, views: [], virtualTables: [] };
}
