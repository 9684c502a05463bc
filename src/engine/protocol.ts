/**
 * What supervisor and engine say to each other, over Node's IPC channel. The supervisor asks, one request at a time;
 * the engine answers, and between question and answer tells what it waits for and how far it is.
 */

import type { Measurement } from '../checks/measurement.ts';
import type { Statistic } from '../config/statistic.ts';
import type { ErrorDetail } from '../errors.ts';
import type { Applied, HistoryRow } from '../revisions/applied-tables.ts';
import type { Direction, Statement } from '../revisions/revision.ts';
import type { StoredSchema } from '../schema/read-schema.ts';
import type { Replayed, Rows, Surveyed, SurveyRequest } from './shadow-result.ts';

/** Beside the channel: where the supervisor says that the gate is open, see gate.ts. */
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

export interface StepReport {
  readonly id: string;
  readonly direction: Direction;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly statements: number;
}

/** One statement as it ran, parameters left out. */
export interface RanStatement {
  /** Cut off where it is long. */
  readonly sql: string;
  /** How often in a row it ran. */
  readonly times: number;
}

/** A step that is over, for whoever keeps a record of the run. */
export interface RanStep extends StepReport {
  readonly path: string;
  /** Its last statement, which is not in `sql`, or what surrounds it failed. */
  readonly failed: boolean;
  /** What changed something, in order, up to a bounded number of entries. */
  readonly sql: readonly RanStatement[];
  /** How many statements ran after those. */
  readonly sqlLeftOut: number;
}

/** The journal modes that a file carries in its header; in any other one it is as in `delete`. */
export type CopyJournalMode = 'delete' | 'wal';

export type NewHistoryRow = Omit<HistoryRow, 'id'>;

/** Each request with what it takes and what it gives. */
export interface EngineRequests {
  /** Opens the live file and takes the write lock, waiting for others. */
  hold: { takes: { database: string; busyTimeoutMs: number }; gives: HeldNow };
  /** The schema that revisions run on: of the live file under the lock, or of the working copy. */
  readSchema: { takes: Record<never, never>; gives: StoredSchema };
  /** Rows of each table of the live file, counted no further than to `most`. */
  countRows: { takes: { most: number }; gives: Readonly<Record<string, number>> };
  /** Takes the write lock again after a commit; says whether anybody else committed since `hold`. */
  holdAgain: { takes: { busyTimeoutMs: number }; gives: { othersWrote: boolean } };
  /** Moves the WAL into the file, if nobody reads meanwhile. To be called without the lock. */
  emptyWal: { takes: Record<never, never>; gives: null };
  /** Gives the write lock back, undoing what was not committed. */
  release: { takes: Record<never, never>; gives: null };
  /** Imports revision modules, so that one that cannot be loaded fails before anything is touched. */
  load: { takes: { steps: readonly EngineStep[] }; gives: null };
  /** Copies the live file, as it was when `hold` got the lock, to a new file. */
  copy: { takes: { to: string; journalMode: CopyJournalMode }; gives: { pages: number } };
  /** From here on revisions, measurements and history rows go to this copy and not to the live file. */
  useWorkingCopy: { takes: { path: string }; gives: null };
  /** `liveFile`: whether pages of it may change before the supervisor opens the gate, see gate.ts. */
  migrate: {
    takes: { steps: readonly EngineStep[]; liveFile: 'may change' | 'stays until the gate opens' };
    gives: readonly StepReport[];
  };
  /** Whether anybody else has committed since the lock was taken, as far as can be told without one. */
  lookForOthers: { takes: Record<never, never>; gives: { othersWrote: boolean } };
  measure: { takes: { statistics: readonly Statistic[] }; gives: Measurement };
  /** Names of the triggers that fire when a run is recorded. */
  findTriggers: { takes: Record<never, never>; gives: readonly string[] };
  /**
   * Writes alembic_version and the history rows, in the same transaction as the revisions.
   * @param triggers What `findTriggers` gave.
   */
  record: {
    takes: { current: readonly string[]; rows: readonly NewHistoryRow[]; triggers: readonly string[] };
    gives: null;
  };
  /** Has the rows of a run, so many of them, name another snapshot. */
  nameSnapshot: { takes: { runId: string; rows: number; snapshot: string }; gives: null };
  commit: { takes: { busyTimeoutMs: number }; gives: null };
  /** Makes the live file equal to another database file, in one transaction, unless others wrote since the lock. */
  replace: {
    takes: { source: string; busyTimeoutMs: number };
    gives: { outcome: 'replaced' | 'others-wrote' };
  };
  /**
   * Runs content-preserving statements outside any transaction.
   * @param checksum Of the revision's file.
   */
  maintain: { takes: { step: EngineStep; checksum: string; runId: string; busyTimeoutMs: number }; gives: StepReport };
  /** Reads the live file through a fresh connection: what quick_check finds, and the revisions it is at. */
  verify: { takes: Record<never, never>; gives: { problems: readonly string[]; current: readonly string[] } };
  /** Closes the connections, so that SQLite tidies up its -wal and -shm; nothing can be asked after it. */
  close: { takes: Record<never, never>; gives: null };
  /** Runs revisions on a database in memory that begins with a schema and without rows; needs no `hold`. */
  replay: { takes: { seed: readonly string[]; steps: readonly EngineStep[]; rows: Rows }; gives: Replayed };
  /** Runs revisions in memory for as long as they can be run there, and from each one a step back; needs no `hold`. */
  survey: { takes: { seed: readonly string[]; steps: readonly SurveyRequest[] }; gives: Surveyed };
  /** Puts the live file in this journal mode, where nobody prevents it. */
  setJournalMode: { takes: { mode: string; busyTimeoutMs: number }; gives: { mode: string } };
}

export type RequestName = keyof EngineRequests;

export type Request = {
  [K in RequestName]: { readonly name: K; readonly takes: EngineRequests[K]['takes'] };
}[RequestName];

/** An error on its way between processes: a DrydockError keeps its parts. */
export interface WireError {
  readonly message: string;
  readonly code: string;
  readonly stack: string;
  readonly drydock?: ErrorDetail & { readonly code: string };
}

export type Reply =
  | { readonly kind: 'answer'; readonly value: unknown }
  | { readonly kind: 'error'; readonly error: WireError }
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
