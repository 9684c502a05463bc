/** What a run was asked to do, and what it reports at its end. Plain values: `--json` prints the report unchanged. */
import type { CheckResult } from '../checks/measurement.ts';
import type { Config } from '../config/config.ts';
import type { StepReport } from '../engine/protocol.ts';
import type { PhaseName } from '../events.ts';
import type { Compared, NamedDifference } from '../schema/compare/compared.ts';
import type { Manifest } from '../snapshots/manifest.ts';
import type { RowDifference } from '../snapshots/row-differences.ts';

/** The commands that take the database to a revision, record that it is at one, or only maintain the file. */
export type MigrationCommand =
  | {
      readonly verb: 'upgrade' | 'downgrade';
      readonly target: string;
      /** What a revision finds in `op.arguments`: `-x key=value` on the command line. */
      readonly arguments?: Readonly<Record<string, string>>;
    }
  | {
      readonly verb: 'stamp';
      readonly targets: readonly string[];
      /**
       * Which rows of `alembic_version` are removed: those that the targets replace, or all, including ones that no
       * file has.
       */
      readonly forget: 'replaced' | 'all';
      /** What to do if the database does not have the schema of the targets. */
      readonly mismatch: 'refuse' | 'accept';
      readonly arguments?: Readonly<Record<string, string>>;
    }
  | { readonly verb: 'ensure-version' }
  | { readonly verb: MaintenanceVerb };

/** Changes the layout of the file or the planner's statistics, never the content. */
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

/** How the previous run, which was interrupted, was finished. */
export interface RecoveryReport {
  readonly runId: string;
  /** The verb of the interrupted run. */
  readonly command: string;
  /** The last phase that the interrupted run wrote to its journal. */
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
  /** How the live schema differs from that of the stamped revisions; null if nothing new was stamped. */
  readonly schema: Compared | null;
  readonly snapshot: Manifest | null;
  readonly recovered: RecoveryReport | null;
  readonly pruned: readonly string[];
  readonly phases: readonly PhaseReport[];
  readonly startedAt: string;
  readonly durationMs: number;
  /** Set if nothing was done because the upgrade's target lies behind the database's revision. */
  readonly olderTarget?: true;
}

/** The answer of a plain read if nothing is pending: no run was needed. */
export interface AtTarget {
  readonly outcome: 'nothing-pending';
  readonly database: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Set if nothing was done because the upgrade's target lies behind the database's revision. */
  readonly olderTarget?: true;
}

/** One difference between the schema before and after, `sentence` saying what happens to it. */
export type SchemaChange = NamedDifference;

/** What the run did to a copy, and so would do to the database. */
export interface RehearsalReport {
  readonly outcome: 'passed';
  /** One sentence. */
  readonly verdict: string;
  /** The live one, which was only read. */
  readonly database: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly steps: readonly StepReport[];
  /** Checks of the kind `rows` have the number of rows of each table before and after. */
  readonly checks: readonly CheckResult[];
  /** Null where Drydock cannot explain the schema; the log says why. */
  readonly schema: readonly SchemaChange[] | null;
  /** Set if an interrupted run of the live database was finished before the copy was made. */
  readonly recovered: RecoveryReport | null;
  /** The phases of the run on the copy. */
  readonly phases: readonly PhaseReport[];
  /** How long the run on the copy took. */
  readonly durationMs: number;
}

export interface BeginAnewReport {
  readonly outcome: 'begun-anew' | 'nothing-to-do';
  readonly database: string;
  /** Evidence from before this time belongs to the former database. ISO 8601. */
  readonly at: string;
  /** What was last known of it; null if there was nothing to do. */
  readonly givenUp: string | null;
}

export interface RestoreReport {
  readonly database: string;
  readonly restored: Manifest;
  /** Where the replaced state is kept: a snapshot's file, or a folder with the damaged file. Null if there was none. */
  readonly kept: string | null;
  /**
   * Each table whose number of rows differs between the replaced state and the snapshot. None if a snapshot already had
   * all of that state, or if SQLite could not read it.
   */
  readonly tables: readonly RowDifference[];
}

/** Everything a run needs to know; no argv, no environment, no logger. */
export interface RunRequest<C extends RunCommand = RunCommand> {
  readonly command: C;
  readonly config: Config;
  readonly toolVersion: string;
  /** The rows of alembic_version for which consent to the data loss was given; left out if none was needed. */
  readonly agreedAt?: readonly string[] | 'anywhere' | 'nowhere';
}

/** How many times the database's size a run may need: in total, and how many of these in the snapshots folder. */
export interface Copies {
  readonly all: number;
  readonly snapshots: number;
}

/** The space that a run asks for before it begins. */
export interface SpaceEstimate {
  readonly databaseBytes: number;
  /** Snapshot, and a journal or WAL as large as the database; a working copy on top if the run needs one. */
  readonly neededBytes: number;
  readonly freeBytes: number;
  /** If the snapshots are on another volume, what they need there; the other fields then count without it. */
  readonly snapshots?: { readonly neededBytes: number; readonly freeBytes: number };
}
