import type { TaskName } from '../config/config.ts';
import type { DaemonEvent } from './daemon-events.ts';

/** What the daemon is doing now. */
export interface Activity {
  readonly window: string;
  /** Null between two tasks, and before the first one. */
  readonly task: TaskName | null;
  readonly since: string;
}

export interface ActivityWatch {
  hear(event: DaemonEvent): void;
  now(): Activity | null;
}

export function watchActivity(now: () => Date): ActivityWatch {
  let activity: Activity | null = null;
  return {
    now: () => activity,
    hear(event) {
      switch (event.kind) {
        case 'window-opened':
        case 'task-ended':
          activity = { window: event.window, task: null, since: now().toISOString() };
          break;
        case 'task-started':
          activity = { window: event.window, task: event.task, since: now().toISOString() };
          break;
        case 'window-closed':
          activity = null;
          break;
        default:
          break;
      }
    },
  };
}
