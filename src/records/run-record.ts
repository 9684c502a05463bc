/** The record of a finished run, successful or not: the source of reports, metrics and the status page. */
import type { CheckResult } from '../checks/measurement.ts';
import type { RanStep } from '../engine/protocol.ts';
import type { ErrorCode } from '../errors.ts';
import type { Life, PhaseName } from '../events.ts';
import type { Loss } from '../plan/loss.ts';
import type { RecoveryReport, RunCommand, SchemaChange } from '../run/outcome.ts';
import type { Manifest } from '../snapshots/manifest.ts';

export interface RunRecord {
  readonly format: 1;
  readonly runId: string;
  readonly command: RunCommand['verb'];
  /** As the user gave them: an address, a snapshot's id. */
  readonly targets: readonly string[];
  readonly database: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly ending: RunEnding;
  /** Rows of alembic_version before the run and after it; null if unknown. A rehearsal changes none. */
  readonly from: readonly string[] | null;
  readonly to: readonly string[] | null;
  /** The intended `to`; null if the run ended before it was known. */
  readonly planned: readonly string[] | null;
  /**
   * What the run left, so that the next one can tell whether it finds the same database; null if unknown, missing in
   * records of earlier versions.
   */
  readonly left?: Life | null | undefined;
  /** In the order in which they began. They may overlap: a snapshot is inspected while the migration runs. */
  readonly phases: readonly RecordedPhase[];
  readonly waits: readonly RecordedWait[];
  /** The steps that ran, even if they were rolled back. If the engine was killed, the step it was running is missing. */
  readonly steps: readonly RanStep[];
  readonly checks: readonly CheckResult[];
  /** The changes to the schema; in a rehearsal, to that of the copy. Null if unknown, or if the run kept no change. */
  readonly schema: readonly SchemaChange[] | null;
  readonly losses: readonly Loss[];
  /** The way back, if there is one after the run. */
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
  | {
      readonly outcome: 'done' | 'nothing-pending';
      readonly exitCode: 0;
      /** What happened. */
      readonly sentence: string;
    }
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
  /** As last seen. */
  readonly holder: string;
  /** Milliseconds from the start of the run. */
  readonly startMs: number;
  readonly waitedMs: number;
}
