/**
 * The messages between supervisor and engine, over Node's IPC channel. The supervisor sends one request at a time; the
 * engine answers, and until then reports what it waits for and its progress.
 */

import type {
  ReferenceValues,
  SeenAfter,
  StatisticValue,
  StepLeft,
  TableRename,
  WholeDatabase,
} from '../checks/measurement.ts';

import type { Statistic } from '../config/statistic.ts';
import type { ErrorDetail } from '../errors.ts';
import type { Applied, HistoryRow } from '../revisions/applied-tables.ts';
import type { Direction, Statement } from '../revisions/revision.ts';
import type { CompiledObject } from '../schema/objects/objects.ts';
import type { StoredObjects } from '../schema/objects/store-schema.ts';
import type { StoredSchema } from '../schema/read-schema.ts';
import type { Seed } from './seed.ts';
import type { AfterFailure, Replayed, Rows, Surveyed, SurveyRequest } from './shadow-result.ts';

/** The descriptor of the pipe, beside the channel, on which the supervisor opens the gate; see write-gate.ts. */
export const gateDescriptor = 4;

/** The state of the live file, read under SQLite's write lock. */
export interface HeldState {
  readonly current: readonly string[];
  readonly history: readonly HistoryRow[];
  readonly pageCount: number;
  readonly pageSize: number;
  readonly journalMode: string;
}

/** What `hold` finds. */
export interface HeldNow extends HeldState {
  readonly versioned: Applied['versioned'];
  readonly current: string[];
  readonly history: HistoryRow[];
  /** Of the SQLite that the engine uses. */
  readonly sqliteVersion: string;
}

/** One step as the engine runs it: SQL as it was read and checked, a module by its path and checksum. */
export interface EngineStep {
  readonly id: string;
  readonly direction: Direction;
  readonly transaction: boolean;
  readonly path: string;
  readonly body:
    | { readonly kind: 'sql'; readonly statements: readonly Statement[] }
    | { readonly kind: 'module'; readonly checksum: string };
  /** For `op.arguments`. */
  readonly arguments: Readonly<Record<string, string>>;
}

export interface TimedStep {
  readonly id: string;
  readonly direction: Direction;
  readonly startedAt: string;
  readonly durationMs: number;
}

export interface StepReport extends TimedStep {
  /** Those that changed something, with those of operations. */
  readonly statements: number;
}

/** One statement as it ran, without its parameters. */
export interface RanStatement {
  /** Truncated if it is long. */
  readonly sql: string;
  /** How many times it ran in a row. */
  readonly times: number;
}

/** A step that has ended, for the record of the run. */
export interface RanStep extends StepReport {
  readonly path: string;
  /** Whether its last statement, which is not in `sql`, or the code around it failed. */
  readonly failed: boolean;
  /** The statements that changed something, in order, up to a limit. */
  readonly sql: readonly RanStatement[];
  /** How many more ran beyond that limit. */
  readonly sqlLeftOut: number;
}

/** The journal modes that the header of a file can record; every other mode is recorded as `delete`. */
export type CopyJournalMode = 'delete' | 'wal';

export type NewHistoryRow = Omit<HistoryRow, 'id'>;

/** Each request with what it takes and what it gives. */
export interface EngineRequests {
  /** Opens the live file and takes the write lock, waiting for others. */
  hold: { takes: { database: string; busyTimeoutMs: number }; gives: HeldNow };
  /** Reads the schema that revisions run on: that of the live file under the lock, or of the working copy. */
  readSchema: { takes: Record<never, never>; gives: StoredSchema };
  /** Counts the rows of each table of the live file, each up to `most`. */
  countRows: { takes: { most: number }; gives: Readonly<Record<string, number>> };
  /** Takes the write lock again. `othersWrote`: whether another process committed since the engine last held it. */
  holdAgain: { takes: { busyTimeoutMs: number }; gives: { othersWrote: boolean } };
  /** Checkpoints the WAL into the file, unless a reader prevents it. Call it without the lock. */
  emptyWal: { takes: Record<never, never>; gives: null };
  /** Releases the write lock and rolls back what was not committed. */
  release: { takes: Record<never, never>; gives: null };
  /** Imports revision modules early, so that one that cannot be loaded fails before anything is changed. */
  load: { takes: { steps: readonly EngineStep[] }; gives: null };
  /** Copies the live file, in its state when `hold` took the lock, to a new file. */
  copy: { takes: { to: string; journalMode: CopyJournalMode }; gives: { pages: number } };
  /** From here on, revisions, measurements and history rows use this copy instead of the live file. */
  useWorkingCopy: { takes: { path: string }; gives: null };
  /** `liveFile`: whether its pages may change before the supervisor opens the gate, see write-gate.ts. */
  migrate: {
    takes: { steps: readonly EngineStep[]; liveFile: 'may change' | 'stays until the gate opens' };
    /** `left`: of each step. */
    gives: { steps: readonly StepReport[]; left: readonly StepLeft[] };
  };
  /** Whether another process has committed since the lock was taken, as far as can be seen without the lock. */
  lookForOthers: { takes: Record<never, never>; gives: { othersWrote: boolean } };
  /** Checks the result: what the run wrote, or everything. Needs `migrate` before it. */
  measure: {
    takes: { statistics: readonly Statistic[]; extent: 'what was written' | 'everything' };
    gives: SeenAfter;
  };
  /**
   * Finds the tables whose pages have changed since the snapshot, another way than by statements; null if nothing shows it.
   * @param pages Of a working copy, those that differ from the snapshot's; of the live file its journal shows them.
   */
  changedTables: { takes: { snapshot: string; pages: readonly number[] }; gives: readonly string[] | null };
  /** Counts the values of the foreign-key columns of these tables, in the snapshot and now. */
  references: {
    takes: { snapshot: string; tables: readonly TableRename[] };
    gives: readonly ReferenceValues[];
  };
  /** Finds the names of the triggers that fire when a run is recorded. */
  findTriggers: { takes: Record<never, never>; gives: readonly string[] };
  /**
   * Writes alembic_version and the history rows, in the same transaction as the revisions.
   * @param triggers What `findTriggers` gave.
   */
  record: {
    takes: { current: readonly string[]; rows: readonly NewHistoryRow[]; triggers: readonly string[] };
    gives: null;
  };
  /** Updates the snapshot named in the history rows of a run; `rows` is their expected number. */
  nameSnapshot: { takes: { runId: string; rows: number; snapshot: string }; gives: null };
  commit: { takes: { busyTimeoutMs: number }; gives: null };
  /** Replaces the content of the live file by another database, in one transaction, unless others wrote since the lock. */
  replace: {
    takes: { source: string; purpose: 'commit' | 'restore'; busyTimeoutMs: number };
    gives: { outcome: 'replaced' | 'others-wrote' };
  };
  /**
   * Runs content-preserving statements outside any transaction.
   * @param checksum The checksum of the revision's file.
   */
  maintain: { takes: { step: EngineStep; checksum: string; runId: string; busyTimeoutMs: number }; gives: StepReport };
  /** Reads the live file through a fresh connection: the findings of quick_check and the applied revisions. */
  verify: { takes: Record<never, never>; gives: { problems: readonly string[]; current: readonly string[] } };
  /** Closes the connections, so that SQLite removes its -wal and -shm. Must be the last request. */
  close: { takes: Record<never, never>; gives: null };
  /** Runs revisions on a shadow database that starts with a schema and no rows; needs no `hold`. */
  replay: { takes: { seed: Seed; steps: readonly EngineStep[]; rows: Rows }; gives: Replayed };
  /** Runs revisions on a shadow database until one fails, and after each its downgrade on a copy; needs no `hold`. */
  survey: { takes: { seed: Seed; steps: readonly SurveyRequest[]; afterFailure: AfterFailure }; gives: Surveyed };
  /** Compiles the views, triggers and foreign keys of a schema in memory; needs no `hold`. */
  compile: { takes: StoredObjects; gives: readonly CompiledObject[] };
  /** Reads a whole database as `verify` does, with what `sqlite_extensions` brings; needs no `hold`. */
  readWhole: { takes: { database: string }; gives: WholeDatabase };
  /** Reads statistics likewise. */
  readStatistics: {
    takes: { database: string; statistics: readonly Statistic[] };
    gives: readonly StatisticValue[];
  };
  /** Sets the journal mode of the live file. `mode` is the one it then has: others may prevent the change. */
  setJournalMode: { takes: { mode: string; busyTimeoutMs: number }; gives: { mode: string } };
}

export type RequestName = keyof EngineRequests;

export type Request = {
  [K in RequestName]: { readonly name: K; readonly takes: EngineRequests[K]['takes'] };
}[RequestName];

/** An error as it is sent between processes; a DrydockError keeps its parts. */
export interface WireError {
  readonly message: string;
  readonly code: string;
  readonly stack: string;
  readonly drydock?: ErrorDetail & { readonly code: string };
}

export type Reply =
  | { readonly kind: 'answer'; readonly value: unknown }
  | { readonly kind: 'error'; readonly error: WireError }
  /** Everything that `sqlite_extensions` names is loaded. */
  | { readonly kind: 'equipped' }
  | {
      readonly kind: 'waiting';
      readonly waitingFor: string;
      readonly attempt: number;
      readonly waitedMs: number;
      readonly timeoutMs: number;
    }
  | { readonly kind: 'step'; readonly step: RanStep }
  | {
      readonly kind: 'progress';
      readonly task: string;
      readonly done: number;
      readonly total: number;
      readonly unit: string;
    };
