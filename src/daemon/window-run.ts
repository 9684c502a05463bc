/** Runs one open window: its tasks in order, each retried while the window is open, none beyond its hard end. */
import type { Heard } from '../api/session.ts';
import type { Config, TaskName, WindowSettings } from '../config/config.ts';
import { DrydockError, type ErrorCode, messageOf } from '../errors.ts';
import type { Observer } from '../events.ts';
import { Stop } from '../stop.ts';
import type { Clock } from './clock.ts';
import type { Tell } from './daemon-events.ts';
import type { Opening } from './decide.ts';
import type { TaskResult } from './tasks.ts';

export interface WindowSurroundings {
  readonly config: Config;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly runTask: (task: TaskName, config: Config, options: Heard) => Promise<TaskResult>;
  /** Why a task may not run now; undefined if it may. */
  readonly obstacle: (task: TaskName) => string | undefined;
  readonly observer: Observer;
  readonly tell: Tell;
  /** Called first when a task ends. */
  readonly ended: (task: TaskName, began: Date, error: unknown) => void;
  /** Aborted when the daemon stops. */
  readonly stop: AbortSignal;
}

/** Every wait checks the clock again after this time: it may have been set. */
export const tickMs = 30_000;

/** Errors that may pass by themselves: another run, another writer, a full volume, an unexpected failure. */
const passing: readonly ErrorCode[] = ['LOCKED', 'BUSY', 'PREFLIGHT', 'FAULT'];

/** Not p-retry, which knows only the system clock: the window ends by a clock that may be set. */
const firstRetryMs = 30_000;
const longestRetryMs = 15 * 60_000;

/** Never throws for a failing task: the window continues with the next one. */
export async function runWindow(window: WindowSettings, opening: Opening, around: WindowSurroundings): Promise<void> {
  const { clock, stop, tell } = around;
  const hardEnd = new Date(opening.closes.getTime() + window.graceMs);
  const over = new AbortController();
  const done = new AbortController();
  const watching = waitUntil(hardEnd, clock, AbortSignal.any([stop, done.signal])).then(() => {
    if (stop.aborted) over.abort(stop.reason);
    else if (!done.signal.aborted) over.abort(new Stop(`the end of its window ${window.name}`));
  });
  try {
    const begins = new Date(clock.now().getTime() + jitterOf(window, opening, around));
    await waitUntil(begins, clock, over.signal);
    for (const task of window.tasks) {
      const why = stop.aborted
        ? 'the daemon is stopping'
        : clock.now() >= opening.closes
          ? 'the window is over'
          : undefined;
      const obstacle = why ?? around.obstacle(task);
      if (obstacle === undefined) await runUntilClosed(window, task, opening.closes, over.signal, around);
      else tell({ kind: 'task-left-out', window: window.name, task, why: obstacle });
    }
  } finally {
    done.abort();
    await watching;
  }
}

/** Resolves at an instant of the clock, or when the signal is aborted. */
export async function waitUntil(instant: Date, clock: Clock, signal: AbortSignal): Promise<void> {
  for (;;) {
    const left = instant.getTime() - clock.now().getTime();
    if (left <= 0 || signal.aborted) return;
    await clock.wait(Math.min(left, tickMs), signal);
  }
}

/** No jitter for an opening that is made up for: it is late enough. */
function jitterOf(
  { jitterMs }: WindowSettings,
  { closes, late }: Opening,
  { clock, random }: WindowSurroundings,
): number {
  if (late) return 0;
  const left = closes.getTime() - clock.now().getTime();
  return Math.floor(random() * Math.min(jitterMs, left));
}

async function runUntilClosed(
  window: WindowSettings,
  task: TaskName,
  closes: Date,
  signal: AbortSignal,
  around: WindowSurroundings,
): Promise<void> {
  const { clock, tell } = around;
  for (let attempt = 1; ; attempt += 1) {
    tell({ kind: 'task-started', window: window.name, task, attempt });
    const code = await runOnce(window, task, signal, around);
    if (code === undefined || !passing.includes(code)) return;
    const inMs = Math.min(firstRetryMs * 2 ** (attempt - 1), longestRetryMs);
    const again = new Date(clock.now().getTime() + inMs);
    if (again >= closes || signal.aborted) return;
    tell({ kind: 'task-retried', window: window.name, task, inMs });
    await waitUntil(again, clock, signal);
    if (signal.aborted) return;
  }
}

/** @returns The code of the error; undefined if the task succeeded. */
async function runOnce(
  { name: window }: WindowSettings,
  task: TaskName,
  signal: AbortSignal,
  { config, clock, runTask, observer, tell, ended }: WindowSurroundings,
): Promise<ErrorCode | undefined> {
  const began = clock.now();
  const durationMs = () => Math.max(0, clock.now().getTime() - began.getTime());
  try {
    const { outcome, sentence } = await runTask(task, config, { observer, signal });
    ended(task, began, undefined);
    tell({ kind: 'task-ended', window, task, outcome, sentence, durationMs: durationMs() });
    return undefined;
  } catch (error) {
    const code = error instanceof DrydockError ? error.code : 'FAULT';
    ended(task, began, error);
    tell({
      kind: 'task-ended',
      window,
      task,
      outcome: 'failed',
      code,
      sentence: messageOf(error),
      durationMs: durationMs(),
    });
    return code;
  }
}
