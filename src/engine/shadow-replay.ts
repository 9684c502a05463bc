/** Runs revisions on a shadow database in memory, to find the schema and the statements that they produce. */
import Database from 'better-sqlite3';
import { DrydockError, messageOf } from '../errors.ts';
import type { RowCondition } from '../operations/sql-port.ts';
import { readStoredSchema, type StoredSchema } from '../schema/read-schema.ts';
import { excerpt, type PortListener } from './guarded-port.ts';
import { prepared } from './prepared.ts';
import type { EngineStep } from './protocol.ts';
import { type LoadedModules, lineIn, loadModules, runStep } from './run-steps.ts';
import type {
  Replayed,
  ReplayedCondition,
  ReplayedNote,
  ReplayedStatement,
  ReplayedStep,
  Rows,
} from './shadow-result.ts';

/**
 * @param seed Statements that create the initial schema, in an order in which they can run; none for an empty database.
 * @throws {DrydockError} USAGE if a statement of the seed fails; REVISION_FAILED naming the revision, which may fail
 *   here only because the rows that it expects are missing.
 */
export async function replaySteps(
  seed: readonly string[],
  steps: readonly EngineStep[],
  rows: Rows,
): Promise<Replayed> {
  const modules = await loadModules(steps);
  const connection = new Database(':memory:');
  try {
    connection.pragma('foreign_keys = OFF');
    for (const sql of seed) runSeed(connection, sql);
    const schemas = [schemaNow(connection)];
    const replayed: ReplayedStep[] = [];
    for (const step of steps) {
      replayed.push(await replayStep(connection, step, modules, rows));
      schemas.push(schemaNow(connection));
    }
    return { schemas, steps: replayed };
  } finally {
    connection.close();
  }
}

/** Runs one step on the shadow database, in a transaction unless the revision asks for none. */
export async function replayStep(
  connection: Database.Database,
  step: EngineStep,
  modules: LoadedModules,
  rows: Rows,
): Promise<ReplayedStep> {
  const { told, notes, found, listener } = collector(step, rows);
  if (step.transaction) connection.exec('BEGIN');
  await runStep(connection, step, step.transaction ? 'transaction' : 'autocommit', modules, listener);
  if (step.transaction) connection.exec('COMMIT');
  return { id: step.id, direction: step.direction, ...sorted(told), ...found, notes };
}

export function schemaNow(connection: Database.Database): StoredSchema {
  return readStoredSchema({ all: (sql) => connection.prepare(sql).all() as Record<string, unknown>[] });
}

/** The stored SQL of a program that writes text in double quotes is read as a revision's own statements are. */
function sqlToRun(connection: Database.Database, sql: string): string {
  return sql.includes('"') ? prepared(connection, sql).written : sql;
}

/** @throws {DrydockError} USAGE with the statement that fails. */
export function runSeed(connection: Database.Database, sql: string): void {
  try {
    connection.exec(sqlToRun(connection, sql));
  } catch (error) {
    // The shell's .schema also prints SQLite's own tables and shadow tables, which SQLite creates by itself.
    if (messageOf(error).startsWith('object name reserved for internal use')) return;
    throw new DrydockError('USAGE', { what: `${messageOf(error)}, in: ${excerpt(sql)}`, cause: error });
  }
}

function collector({ body, path }: EngineStep, rows: Rows) {
  const told: (ReplayedStatement | RowCondition)[] = [];
  const notes: ReplayedNote[] = [];
  const found = { readsRows: false };
  // An SQL revision makes one call per statement; the stack of a module shows its line.
  const line = () => (body.kind === 'sql' ? body.statements[told.length]?.line : lineIn(path, new Error()));
  const listener: PortListener = {
    ran: (sql, params, origin) => told.push({ sql, params, origin, line: line() }),
    undone: (count) => told.splice(told.length - count),
    note: (note) => notes.push({ ...note, line: line() }),
    readsRows: () => {
      found.readsRows = true;
    },
    ...(rows === 'unknown' && { later: (condition: RowCondition) => told.push(condition) }),
  };
  return { told, notes, found, listener };
}

/** Separates statements and conditions, since most callers need only the statements. */
function sorted(told: readonly (ReplayedStatement | RowCondition)[]): Pick<ReplayedStep, 'statements' | 'conditions'> {
  const statements: ReplayedStatement[] = [];
  const conditions: ReplayedCondition[] = [];
  for (const each of told) {
    if ('sql' in each) statements.push(each);
    else conditions.push({ ...each, after: statements.length });
  }
  return { statements, conditions };
}
