/** What the daemon reports to its caller, for log lines and metrics. */
import type { TaskName } from '../config/config.ts';
import type { ErrorCode } from '../errors.ts';

export type TaskOutcome = 'done' | 'nothing-pending' | 'failed';

export type DaemonEvent =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'window-opened';
      readonly window: string;
      readonly at: Date;
      readonly closes: Date;
      readonly late: boolean;
    }
  | { readonly kind: 'window-missed'; readonly window: string; readonly at: Date }
  | { readonly kind: 'window-closed'; readonly window: string }
  | { readonly kind: 'task-started'; readonly window: string; readonly task: TaskName; readonly attempt: number }
  | {
      readonly kind: 'task-ended';
      readonly window: string;
      readonly task: TaskName;
      readonly outcome: TaskOutcome;
      /** Set if the task failed. */
      readonly code?: ErrorCode;
      readonly sentence: string;
      readonly durationMs: number;
    }
  | { readonly kind: 'task-retried'; readonly window: string; readonly task: TaskName; readonly inMs: number }
  | { readonly kind: 'task-left-out'; readonly window: string; readonly task: TaskName; readonly why: string }
  | { readonly kind: 'held'; readonly what: string }
  | { readonly kind: 'lifted'; readonly by: string }
  | { readonly kind: 'reloaded' }
  | { readonly kind: 'reload-failed'; readonly message: string }
  | { readonly kind: 'warning'; readonly message: string };

export type Tell = (event: DaemonEvent) => void;
