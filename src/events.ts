/**
 * The events that a run reports to its caller. The run knows no logger and no terminal; the command line turns events
 * into pino lines and progress.
 */
import type { CheckResult } from './checks/measurement.ts';
import type { RanStep } from './engine/protocol.ts';
import type { RecoveryReport } from './run/outcome.ts';
import type { StoredSchema } from './schema/read-schema.ts';
import type { Manifest } from './snapshots/manifest.ts';

export const phaseNames = [
  'preflight',
  'lock',
  'recover',
  'hold',
  'pending',
  'copy',
  'snapshot',
  'inspect',
  'migrate',
  'check',
  'commit',
  'verify',
  'maintain',
  'rollback',
  'restore',
  'retain',
  'unlock',
] as const;

export type PhaseName = (typeof phaseNames)[number];

export type RunEvent =
  | { readonly kind: 'run-start'; readonly runId: string }
  | { readonly kind: 'phase-start'; readonly phase: PhaseName }
  | {
      readonly kind: 'phase-end';
      readonly phase: PhaseName;
      readonly durationMs: number;
      readonly detail: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'phase-failed'; readonly phase: PhaseName; readonly durationMs: number; readonly error: unknown }
  | {
      readonly kind: 'waiting';
      readonly waitingFor: string;
      readonly holder: string;
      readonly attempt: number;
      readonly waitedMs: number;
      readonly timeoutMs: number;
    }
  | {
      readonly kind: 'progress';
      readonly task: string;
      readonly done: number;
      readonly total: number;
      readonly unit: string;
    }
  | { readonly kind: 'engine-started'; readonly pid: number }
  | { readonly kind: 'engine-output'; readonly line: string }
  | { readonly kind: 'check'; readonly result: CheckResult }
  | { readonly kind: 'step'; readonly step: RanStep }
  | { readonly kind: 'fact'; readonly fact: RunFacts }
  | { readonly kind: 'note'; readonly message: string }
  | { readonly kind: 'warning'; readonly message: string };

/** What tells the content of a database from that of another one put in its place. */
export interface Life {
  /** The run that wrote to `drydock_history` last; null if none did. */
  readonly lastRun: string | null;
  /** Rows in all tables with user data; null if they were not counted. */
  readonly rows: number | null;
}

/** What a run finds out. Each fact is reported when it is known, so that a run that fails later has reported it too. */
export interface RunFacts {
  /** Rows of alembic_version, read under SQLite's write lock. */
  readonly current?: readonly string[];
  /** The rows of alembic_version after a successful run. */
  readonly planned?: readonly string[];
  /** The content of the database under the lock, and the content after a successful run. */
  readonly held?: Life;
  readonly becomes?: Life;
  /** The schema before the first revision, and after the last one, not yet committed. */
  readonly schemaBefore?: StoredSchema;
  readonly schemaAfter?: StoredSchema;
  /** The way back. */
  readonly snapshot?: Manifest;
  /** Ids of the snapshots that retention removed. */
  readonly pruned?: readonly string[];
  readonly recovered?: RecoveryReport;
}

export type Observer = (event: RunEvent) => void;
