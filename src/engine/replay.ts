/** Runs revisions on a database in memory: what they make of a schema, in which statements, without touching a file. */
import Database from 'better-sqlite3';
import { DrydockError, messageOf } from '../errors.ts';
import type { OperationNote, RowCondition } from '../operations/sql-port.ts';
import { readStoredSchema, type StoredSchema } from '../schema/read-schema.ts';
import { excerpt, type PortListener } from './guarded-port.ts';
import type { EngineStep } from './protocol.ts';
import { loadModules, runStep } from './run-steps.ts';

/** One step as it was replayed. */
export interface ReplayedStep {
  readonly id: string;
  readonly direction: EngineStep['direction'];
  /** Every statement that changes something, in order; parameters stand beside it. */
  readonly statements: readonly ReplayedStatement[];
  /** What a script has to find out about rows; none where the replay went on without rows. */
  readonly conditions: readonly ReplayedCondition[];
  /** How its operations were done; a revision in SQL has none. */
  readonly notes: readonly OperationNote[];
}

export interface ReplayedStatement {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** A condition on rows, to be looked at after so many of the step's statements. */
export interface ReplayedCondition extends RowCondition {
  readonly after: number;
}

/** Whether the revisions run on a database without rows, or are written down for one with rows that nobody knows. */
export type Rows = 'none' | 'unknown';

export interface Replayed {
  /** The schema before the first step and after each: one more than there are steps. */
  readonly schemas: readonly StoredSchema[];
  readonly steps: readonly ReplayedStep[];
}

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
    const readNow = () =>
      readStoredSchema({ all: (sql) => connection.prepare(sql).all() as Record<string, unknown>[] });
    const schemas = [readNow()];
    const replayed: ReplayedStep[] = [];
    for (const step of steps) {
      const { told, notes, listener } = collector(rows);
      if (step.transaction) connection.exec('BEGIN');
      await runStep(connection, step, step.transaction ? 'transaction' : 'autocommit', modules, listener);
      if (step.transaction) connection.exec('COMMIT');
      replayed.push({ id: step.id, direction: step.direction, ...sorted(told), notes });
      schemas.push(readNow());
    }
    return { schemas, steps: replayed };
  } finally {
    connection.close();
  }
}

function runSeed(connection: Database.Database, sql: string): void {
  try {
    connection.exec(sql);
  } catch (error) {
    // SQLite's own tables and those behind virtual tables, which the shell's .schema prints too, come by themselves.
    if (messageOf(error).startsWith('object name reserved for internal use')) return;
    throw new DrydockError('USAGE', { what: `${messageOf(error)}, in: ${excerpt(sql)}`, cause: error });
  }
}

function collector(rows: Rows) {
  const told: (ReplayedStatement | RowCondition)[] = [];
  const notes: OperationNote[] = [];
  const listener: PortListener = {
    ran: (sql, params) => told.push({ sql, params }),
    undone: (count) => told.splice(told.length - count),
    note: (note) => notes.push(note),
    ...(rows === 'unknown' && { later: (condition: RowCondition) => told.push(condition) }),
  };
  return { told, notes, listener };
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
