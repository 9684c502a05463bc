/**
 * What a run tells whoever started it. The run knows no logger and no terminal; the command line turns these into
 * pino lines and progress.
 */
import type { CheckResult } from './checks/measurement.ts';

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
  | { readonly kind: 'note'; readonly message: string }
  | { readonly kind: 'warning'; readonly message: string };

export type Observer = (event: RunEvent) => void;
