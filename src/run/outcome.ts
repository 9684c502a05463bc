/** What a run was asked to do, and what it says when it is over. Plain values: `--json` prints the report as it is. */
import type { CheckResult } from '../checks/measurement.ts';
import type { Config } from '../config/config.ts';
import type { StepReport } from '../engine/protocol.ts';
import type { PhaseName } from '../events.ts';
import type { Compared, NamedDifference } from '../schema/compare/compared.ts';
import type { Manifest } from '../snapshots/manifest.ts';
import type { RowDifference } from '../snapshots/row-differences.ts';

/** The commands that take the database to a revision, write down that it is at one, or leave it there and mend the file. */
export type MigrationCommand =
  | {
      readonly verb: 'upgrade' | 'downgrade';
      readonly target: string;
      /** What a revision finds in `op.arguments`: `-x key=value` of the command line. */
      readonly arguments?: Readonly<Record<string, string>>;
    }
  | {
      readonly verb: 'stamp';
      readonly targets: readonly string[];
      /** Which rows of `alembic_version` go: those that the targets replace, or all, also ones that no file knows. */
      readonly forget: 'replaced' | 'all';
      /** What to do where the database does not have the schema of the targets. */
      readonly mismatch: 'refuse' | 'accept';
      readonly arguments?: Readonly<Record<string, string>>;
    }
  | { readonly verb: 'ensure-version' }
  | { readonly verb: MaintenanceVerb };

/** What changes how the file is laid out, or the planner's statistics, and nothing that anybody put into it. */
export type MaintenanceVerb = 'optimize' | 'vacuum' | 'incremental-vacuum';

/** An upgrade or a downgrade on a copy. */
export interface RehearseCommand {
  readonly verb: 'rehearse';
  readonly of: Extract<MigrationCommand, { verb: 'upgrade' | 'downgrade' }>;
}

/** Every command that runs under the lock. */
export type RunCommand =
  | MigrationCommand
  | RehearseCommand
  | { readonly verb: 'snapshot create' | 'snapshot restore' | 'snapshot prune' | 'begin-anew' };

export interface PhaseReport {
  readonly phase: PhaseName;
  readonly durationMs: number;
}

/** How the run before this one, which was interrupted, was brought to its end. */
export interface RecoveryReport {
  readonly runId: string;
  /** What the interrupted run was: its verb. */
  readonly command: string;
  /** The last phase that the interrupted run had entered in its journal. */
  readonly interruptedIn: string;
  readonly outcome: 'rolled-back' | 'committed' | 'restored';
  readonly message: string;
}

export interface RunReport {
  readonly outcome: 'nothing-pending' | 'done';
  readonly runId: string;
  readonly command: MigrationCommand['verb'];
  readonly database: string;
  /** Rows of alembic_version before and after. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly steps: readonly StepReport[];
  readonly checks: readonly CheckResult[];
  /** How the live schema differs from that of the stamped revisions; null where nothing new was stamped. */
  readonly schema: Compared | null;
  readonly snapshot: Manifest | null;
  readonly recovered: RecoveryReport | null;
  readonly pruned: readonly string[];
  readonly phases: readonly PhaseReport[];
  readonly startedAt: string;
  readonly durationMs: number;
  /** Where nothing was done because the target of an upgrade lies behind where the database is. */
  readonly olderTarget?: true;
}

/** What a plain read answers where nothing is pending: no run was needed. */
export interface AtTarget {
  readonly outcome: 'nothing-pending';
  readonly database: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Where nothing was done because the target of an upgrade lies behind where the database is. */
  readonly olderTarget?: true;
}

/** One difference between the schema before and after, `sentence` saying what becomes of it. */
export type SchemaChange = NamedDifference;

/** What the run did on a copy, and so what it would do to the database. */
export interface RehearsalReport {
  readonly outcome: 'passed';
  /** One sentence. */
  readonly verdict: string;
  /** The live one, which was only read. */
  readonly database: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly steps: readonly StepReport[];
  /** Those of the kind `rows` have the number of rows of each table before and after. */
  readonly checks: readonly CheckResult[];
  /** Null where Drydock cannot explain the schema; the log says why. */
  readonly schema: readonly SchemaChange[] | null;
  /** Of a run of the live database that had been interrupted: that is finished before anything is copied. */
  readonly recovered: RecoveryReport | null;
  /** Those of the run on the copy. */
  readonly phases: readonly PhaseReport[];
  /** How long the run on the copy took. */
  readonly durationMs: number;
}

export interface BeginAnewReport {
  readonly outcome: 'begun-anew' | 'nothing-to-do';
  readonly database: string;
  /** What was known before is of a life that is ended. ISO 8601. */
  readonly at: string;
  /** What was known of it last; null where there was nothing to do. */
  readonly givenUp: string | null;
}

export interface RestoreReport {
  readonly database: string;
  readonly restored: Manifest;
  /** Where the state is that was replaced: a snapshot's file, or a folder with the damaged file. Null: there was none. */
  readonly kept: string | null;
  /**
   * Each table that has another number of rows in what was replaced than in the snapshot. None if a snapshot had all of
   * that before, or if SQLite could not read it.
   */
  readonly tables: readonly RowDifference[];
}

/** Everything a run needs to know; no argv, no environment, no logger. */
export interface RunRequest<C extends RunCommand = RunCommand> {
  readonly command: C;
  readonly config: Config;
  readonly toolVersion: string;
  /** Rows of alembic_version for which it was agreed to what the command loses; not given: no question of that. */
  readonly agreedAt?: readonly string[] | 'anywhere' | 'nowhere';
}

/** How many times its size a run may need: all in all, and of these how many in the folder of the snapshots. */
export interface Copies {
  readonly all: number;
  readonly snapshots: number;
}

/** What a run asks for before it begins. */
export interface SpaceEstimate {
  readonly databaseBytes: number;
  /** Snapshot, and a journal or WAL as large as the database; a working copy on top where the run needs one. */
  readonly neededBytes: number;
  readonly freeBytes: number;
  /** If the snapshots are on another volume, what they need of that one; the others count without it then. */
  readonly snapshots?: { readonly neededBytes: number; readonly freeBytes: number };
}
