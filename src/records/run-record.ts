/** What is kept of a run when it is over, however it ended: what reports, metrics and the status page are made from. */
import type { CheckResult } from '../checks/measurement.ts';
import type { StepReport } from '../engine/protocol.ts';
import type { ErrorCode } from '../errors.ts';
import type { Loss } from '../loss/loss.ts';
import type { RecoveryReport, RunCommand, SchemaChange } from '../run/outcome.ts';
import type { PhaseName } from '../run-events.ts';
import type { Manifest } from '../snapshots/manifest.ts';

export interface RunRecord {
  readonly format: 1;
  readonly runId: string;
  readonly command: RunCommand['verb'];
  /** As they were asked for: an address, a snapshot's id. */
  readonly targets: readonly string[];
  readonly database: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly ending: RunEnding;
  /** Rows of alembic_version before and after; null where the run did not get so far as to read them. */
  readonly from: readonly string[] | null;
  readonly to: readonly string[] | null;
  /** In order; they may overlap, since a snapshot in WAL mode is taken beside the migration. */
  readonly phases: readonly RecordedPhase[];
  readonly waits: readonly RecordedWait[];
  readonly steps: readonly RecordedStep[];
  readonly checks: readonly CheckResult[];
  /** Null where Drydock cannot explain the schema, or the run changed none. */
  readonly schema: readonly SchemaChange[] | null;
  readonly losses: readonly Loss[];
  readonly snapshot: Manifest | null;
  readonly pruned: readonly string[];
  readonly recovered: RecoveryReport | null;
  readonly warnings: readonly string[];
  readonly toolVersion: string;
  readonly nodeVersion: string;
  /** For people only: containers share names. */
  readonly hostname: string;
}

export type RunEnding =
  | { readonly outcome: 'done' | 'nothing-pending'; readonly exitCode: 0; readonly sentence: string }
  | {
      readonly outcome: 'failed';
      readonly exitCode: number;
      readonly code: ErrorCode;
      /** What happened. */
      readonly sentence: string;
      /** What state the data is in. */
      readonly state: string | null;
      readonly next: string | null;
    };

export interface RecordedPhase {
  readonly phase: PhaseName;
  /** Milliseconds from the start of the run. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly failed: boolean;
}

export interface RecordedWait {
  readonly waitingFor: string;
  readonly holder: string;
  readonly waitedMs: number;
}

export interface RecordedStep extends StepReport {
  readonly path: string;
  /** The SQL that ran, cut off after a bounded number of statements; what was left out is counted. */
  readonly sql: readonly string[];
  readonly sqlLeftOut: number;
}
