/** Runs revisions on a shadow database in memory, to find the schema and the statements that they produce. */
import { readFileSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { DrydockError } from '../errors.ts';
import { CannotDowngrade } from '../operations/cannot-downgrade.ts';
import type { RowCondition } from '../operations/sql-port.ts';
import { firstKeyword } from '../revisions/sql/sql-tokens.ts';
import { readStoredSchema, type StoredSchema } from '../schema/read-schema.ts';
import { resetConnection } from './connection-state.ts';
import type { PortListener } from './guarded-port.ts';
import { openDatabase } from './open-database.ts';
import type { EngineStep } from './protocol.ts';
import { type LoadedModules, lineIn, loadModules, runStep } from './run-steps.ts';
import type { Seed } from './seed.ts';
import type {
  Replayed,
  ReplayedCondition,
  ReplayedNote,
  ReplayedStatement,
  ReplayedStep,
  Rows,
  SurveyedFailure,
} from './shadow-result.ts';
import { plant } from './shadow-seed.ts';
import { type Doubts, doubtsAfter, failureOf } from './survey-failure.ts';

/**
 * @throws {DrydockError} USAGE if a statement of a script fails; REVISION_FAILED naming the revision, which may fail
 *   here only because the rows that it expects are missing.
 */
export async function replaySteps(seed: Seed, steps: readonly EngineStep[], rows: Rows): Promise<Replayed> {
  const modules = await loadModules(steps);
  const connection = openDatabase(':memory:');
  try {
    connection.pragma('foreign_keys = OFF');
    plant(connection, seed);
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
  const { result, listener } = collector(step, rows);
  if (step.transaction) connection.exec('BEGIN');
  await runStep(connection, step, step.transaction ? 'transaction' : 'autocommit', modules, listener);
  if (step.transaction) connection.exec('COMMIT');
  return result();
}

export interface AttemptedStep {
  readonly step: ReplayedStep;
  readonly failures: readonly SurveyedFailure[];
  /** What may be missing in the schema after it. */
  readonly doubts: Doubts;
  /** Whether the revision declares that it cannot be downgraded. */
  readonly refuses: boolean;
}

/**
 * Like {@link replayStep}, but with failures as part of the result: of an SQL revision the other statements run, of a module
 * what comes before.
 * @param before What may be missing in the schema.
 */
export async function attemptStep(
  connection: Database.Database,
  step: EngineStep,
  modules: LoadedModules,
  before: Doubts,
): Promise<AttemptedStep> {
  const { result, failed, listener } = collector(step, 'none');
  const failures: SurveyedFailure[] = [];
  let refuses = false;
  let doubts = before;
  const fail = (error: DrydockError, line: number | undefined) => {
    // Only a row that violates something, or a trigger, ends a transaction here.
    const ended = step.transaction && !connection.inTransaction;
    const scene = failed();
    failures.push(failureOf(error, { ...scene, line, doubts, readsRows: scene.readsRows || ended }));
  };
  const mode = step.transaction ? 'transaction' : 'autocommit';
  if (step.transaction) connection.exec('BEGIN');
  try {
    await runStep(connection, step, mode, modules, {
      ...listener,
      failed: (error, line) => {
        fail(error, line);
        doubts = doubtsAfter(failed().sql, doubts);
        if (step.transaction && !connection.inTransaction) throw error;
      },
    });
  } catch (error) {
    if (!(error instanceof DrydockError) || error.code !== 'REVISION_FAILED') throw error;
    if (failures.at(-1)?.why !== error.what) fail(error, lineIn(step.path, error.cause));
    refuses = error.cause instanceof CannotDowngrade;
  }
  if (connection.inTransaction) connection.exec('COMMIT');
  if (failures.length > 0) resetConnection(connection);
  const replayed = result();
  if (step.body.kind === 'module' && failures.length > 0) doubts = 'all';
  else if (replayed.readsRows) doubts = doubtsAfter(readFileSync(step.path, 'utf8'), doubts);
  return { step: replayed, failures, refuses, doubts };
}

export function schemaNow(connection: Database.Database): StoredSchema {
  return readStoredSchema({ all: (sql) => connection.prepare(sql).all() as Record<string, unknown>[] });
}

function collector({ id, direction, body, path }: EngineStep, rows: Rows) {
  const told: (ReplayedStatement | RowCondition)[] = [];
  const notes: ReplayedNote[] = [];
  const found = { readsRows: false };
  let statement = -1;
  let sql = '';
  let uncompiled: unknown;
  // An SQL revision makes one call per statement; the stack of a module shows its line.
  const line = () => (body.kind === 'sql' ? body.statements[statement]?.line : lineIn(path, new Error()));
  const listener: PortListener = {
    before: (next) => {
      statement += 1;
      sql = next;
    },
    uncompiled: (error) => {
      uncompiled = error;
    },
    ran: (sql, params, origin) => told.push({ sql, params, origin, line: line() }),
    undone: (count) => told.splice(told.length - count),
    note: (note) => notes.push({ ...note, line: line() }),
    readsRows: () => {
      found.readsRows = true;
    },
    ...(rows === 'unknown' && { later: (condition: RowCondition) => told.push(condition) }),
  };
  return {
    result: (): ReplayedStep => ({ id, direction, ...sorted(told), ...found, notes }),
    failed: () => ({ sql, uncompiled, readsRows: found.readsRows, deletes: told.some(mayDelete) }),
    listener,
  };
}

function mayDelete(each: ReplayedStatement | RowCondition): boolean {
  return 'sql' in each && ['DELETE', 'REPLACE', 'WITH'].includes(firstKeyword(each.sql));
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
