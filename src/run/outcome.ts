/** What a run was asked to do, and what it says when it is over. Plain values: `--json` prints the report as it is. */
import type { CheckResult } from '../checks/measurement.ts';
import type { Config } from '../config/config.ts';
import type { Compared } from '../drift/compared.ts';
import type { StepReport } from '../engine/protocol.ts';
import type { PhaseName } from '../run-events.ts';
import type { Manifest } from '../snapshots/manifest.ts';

/** The commands that take the database to a revision, or write down that it is at one. */
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
  | { readonly verb: 'ensure-version' };

/** Every command that runs under the lock. */
export type RunCommand =
  | MigrationCommand
  | { readonly verb: 'snapshot create' | 'snapshot restore' | 'snapshot prune' };

export interface PhaseReport {
  readonly phase: PhaseName;
  readonly durationMs: number;
}

/** How the run before this one, which was interrupted, was brought to its end. */
export interface RecoveryReport {
  readonly runId: string;
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
}

/** Everything a run needs to know; no argv, no environment, no logger. */
export interface RunRequest<C extends RunCommand = RunCommand> {
  readonly command: C;
  readonly config: Config;
  readonly toolVersion: string;
}
