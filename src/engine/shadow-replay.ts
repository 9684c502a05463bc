/** Runs revisions on a database in memory: what they make of a schema, in which statements, without touching a file. */
import Database from 'better-sqlite3';
import { DrydockError, messageOf } from '../errors.ts';
import type { RowCondition } from '../operations/sql-port.ts';
import { readStoredSchema, type StoredSchema } from '../schema/read-schema.ts';
import { excerpt, type PortListener } from './guarded-port.ts';
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
 * @param seed Statements that make the schema to begin with, in an order in which they can be run; none for an empty
 *   database.
 * @throws {DrydockError} USAGE where a statement of the seed cannot be run; REVISION_FAILED naming the revision, which
 *   may fail here for want of the rows that it expects.
 */
export async function replay(seed: readonly string[], steps: readonly EngineStep[], rows: Rows): Promise<Replayed> {
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

/** Runs one step on a database in memory, in the transaction that it is to have. */
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

/** @throws {DrydockError} USAGE with the statement that cannot be run. */
export function runSeed(connection: Database.Database, sql: string): void {
  try {
    connection.exec(sql);
  } catch (error) {
    // SQLite's own tables and those behind virtual tables, which the shell's .schema prints too, come by themselves.
    if (messageOf(error).startsWith('object name reserved for internal use')) return;
    throw new DrydockError('USAGE', { what: `${messageOf(error)}, in: ${excerpt(sql)}`, cause: error });
  }
}

function collector({ body, path }: EngineStep, rows: Rows) {
  const told: (ReplayedStatement | RowCondition)[] = [];
  const notes: ReplayedNote[] = [];
  const found = { readsRows: false };
  // A revision in SQL has one call for each of its statements, a module says in its stack where it is.
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

/** Apart from each other, for those who only ask for the statements. */
function sorted(told: readonly (ReplayedStatement | RowCondition)[]): Pick<ReplayedStep, 'statements' | 'conditions'> {
  const statements: ReplayedStatement[] = [];
  const conditions: ReplayedCondition[] = [];
  for (const each of told) {
    if ('sql' in each) statements.push(each);
    else conditions.push({ ...each, after: statements.length });
  }
  return { statements, conditions };
}
