/** What is kept of a run when it is over, however it ended: what reports, metrics and the status page are made from. */
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
  /** As they were asked for: an address, a snapshot's id. */
  readonly targets: readonly string[];
  readonly database: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly ending: RunEnding;
  /** Rows of alembic_version before the run and after it; null where they are not known. A rehearsal changes none. */
  readonly from: readonly string[] | null;
  readonly to: readonly string[] | null;
  /** What `to` was to become; null where the run did not get so far as to know. */
  readonly planned: readonly string[] | null;
  /**
   * What the run left, by which the next one tells whether it finds the same database; null where that is not known, and
   * missing in what earlier versions wrote.
   */
  readonly left?: Life | null | undefined;
  /** In the order of their beginnings; they may overlap, since a snapshot in WAL mode is taken beside the migration. */
  readonly phases: readonly RecordedPhase[];
  readonly waits: readonly RecordedWait[];
  /** What ran, also where it was rolled back. Of an engine that was killed the step that it was at is missing. */
  readonly steps: readonly RanStep[];
  readonly checks: readonly CheckResult[];
  /** What became of the schema, in a rehearsal that of the copy. Null where nobody can tell, or the run changed none. */
  readonly schema: readonly SchemaChange[] | null;
  readonly losses: readonly Loss[];
  /** The way back, where there is one that is still there after the run. */
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
  /** As it was seen last. */
  readonly holder: string;
  /** Milliseconds from the start of the run. */
  readonly startMs: number;
  readonly waitedMs: number;
}
