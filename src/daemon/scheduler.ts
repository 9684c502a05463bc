/** The daemon's one loop: finds the open window, runs its tasks, never two at once, and remembers the results. */

import type { Config, TaskName, WindowSettings } from '../config/config.ts';
import { type Openings, openingsOf } from '../config/occurrences.ts';
import { DrydockError, type ErrorCode, messageOf } from '../errors.ts';
import type { Observer } from '../events.ts';
import { isThere } from '../files/access.ts';
import { layoutFor } from '../files/layout.ts';
import { runRecords } from '../records/store.ts';
import type { Clock } from './clock.ts';
import type { Tell } from './daemon-events.ts';
import type { Hold, MemoryKeeper, WindowMemory } from './daemon-state.ts';
import { dealtWithUntil, decide, type Opening } from './decide.ts';
import { holdAfter, holdByRun, isLiftedByVerify, liftedByRun, sayHold } from './pause.ts';
import { isWriting } from './tasks.ts';
import { runWindow, tickMs, type WindowSurroundings } from './window-run.ts';

export interface Schedule {
  /** Called each time, since the config may be reloaded. */
  readonly config: () => Config;
  readonly memory: MemoryKeeper;
  readonly clock: Clock;
  readonly random: () => number;
  readonly runTask: WindowSurroundings['runTask'];
  readonly observer: Observer;
  readonly tell: Tell;
  readonly stop: AbortSignal;
}

/** Runs until the daemon is stopped, whatever goes wrong: an unmounted volume may come back. */
export async function runSchedule(schedule: Schedule): Promise<void> {
  const { clock, stop, tell } = schedule;
  while (!stop.aborted) {
    try {
      const { open, next } = look(schedule);
      if (open === undefined) {
        liftByRun(schedule);
        await clock.wait(Math.min(tickMs, next - clock.now().getTime()), stop);
      } else await useOpening(schedule, open);
    } catch (error) {
      tell({ kind: 'warning', message: messageOf(error) });
      await clock.wait(tickMs, stop);
    }
  }
}

async function useOpening(schedule: Schedule, { window, opening }: OpenWindow): Promise<void> {
  const { config, clock, tell } = schedule;
  tell({ kind: 'window-opened', window: window.name, ...opening });
  // Before its first task: a daemon that dies during the window must not start it again and again.
  remember(schedule, window, { dealtWithUntil: opening.late ? clock.now() : opening.at, lastOpened: clock.now() });
  await runWindow(window, opening, {
    ...schedule,
    config: config(),
    obstacle: (task) => obstacle(schedule, task),
    ended: (task, began, error) => learn(schedule, task, began, error),
  });
  tell({ kind: 'window-closed', window: window.name });
}

interface OpenWindow {
  readonly window: WindowSettings;
  readonly opening: Opening;
}

interface Seen {
  /** The window that has been open for longest. */
  readonly open: OpenWindow | undefined;
  /** When the next one opens, in milliseconds since the epoch; infinite if there is none. */
  readonly next: number;
}

/** Looks at every window. Missed ones that are not made up for are reported and recorded on the way. */
function look(schedule: Schedule): Seen {
  const { config, memory, clock, tell } = schedule;
  const now = clock.now();
  const open: OpenWindow[] = [];
  let soonest = Number.POSITIVE_INFINITY;
  for (const window of config().windows) {
    const remembered = memory.recall().windows[window.name];
    const since = dealtWithUntil(window, remembered, now);
    // Recorded, so that an opening that passes while the daemon is down is recognised as missed.
    if (since.toISOString() !== remembered?.dealtWithUntil) remember(schedule, window, { dealtWithUntil: since });
    const openings = openingsFor(window);
    const decision = decide(window, openings, since, now);
    if (decision.kind === 'open') open.push({ window, opening: decision.opening });
    if (decision.kind === 'missed') {
      tell({ kind: 'window-missed', window: window.name, at: decision.at });
      remember(schedule, window, { dealtWithUntil: decision.at });
    }
    soonest = Math.min(soonest, openings.after(now)?.getTime() ?? soonest);
  }
  const [longest] = open.sort((one, other) => one.opening.at.getTime() - other.opening.at.getTime());
  return { open: longest, next: soonest };
}

const known = new Map<string, Openings>();

/** Cached by expression, since an instance remembers its next opening. */
export function openingsFor({ cron, timeZone }: WindowSettings): Openings {
  const key = `${timeZone} ${cron}`;
  const openings = known.get(key) ?? openingsOf(cron, timeZone);
  known.set(key, openings);
  return openings;
}

function remember(
  { memory }: Schedule,
  { name, cron, timeZone }: WindowSettings,
  now: { readonly dealtWithUntil: Date; readonly lastOpened?: Date },
): void {
  memory.change((before) => {
    const lastOpened = now.lastOpened?.toISOString() ?? before.windows[name]?.lastOpened ?? null;
    const window: WindowMemory = { cron, timeZone, dealtWithUntil: now.dealtWithUntil.toISOString(), lastOpened };
    return { ...before, windows: { ...before.windows, [name]: window } };
  });
}

/** Why a task may not run now; undefined if it may. */
function obstacle(schedule: Schedule, task: TaskName): string | undefined {
  if (!isWriting(task)) return undefined;
  try {
    return hindrance(schedule);
  } catch (error) {
    // An unreadable record may be one that forbids writing.
    return `the records of other runs cannot be read: ${messageOf(error)}`;
  }
}

/** Why the daemon may not write now; undefined if it may. */
function hindrance(schedule: Schedule): string | undefined {
  liftByRun(schedule);
  const { memory, config } = schedule;
  const { held, verified } = memory.recall();
  const hold = held ?? holdByRun(runRecords(layoutFor(config())), verified);
  if (hold === undefined) return undefined;
  if (held === null) holdUp(schedule, hold);
  return sayHold(hold);
}

/** Checked at every tick, since a daemon may have no window that writes. */
function liftByRun(schedule: Schedule): void {
  const { held } = schedule.memory.recall();
  if (held === null) return;
  const lifting = liftedByRun(held, runRecords(layoutFor(schedule.config())));
  if (lifting !== undefined) lift(schedule, `${lifting.command} of ${lifting.startedAt}`);
}

function lift({ memory, tell }: Schedule, by: string): void {
  memory.change((before) => ({ ...before, held: null }));
  tell({ kind: 'lifted', by });
}

function holdUp({ memory, tell }: Schedule, hold: Hold): void {
  memory.change((before) => ({ ...before, held: hold }));
  tell({ kind: 'held', what: hold.what });
}

/** The errors of a completed verification with findings; any other error means that it could not complete. */
const unsound: readonly ErrorCode[] = ['DAMAGED_BEFORE', 'HISTORY', 'CHECK_FAILED'];

/** Records what the end of a task means for later ones, also after a restart. */
function learn(schedule: Schedule, task: TaskName, began: Date, error: unknown): void {
  const { memory, clock } = schedule;
  const now = clock.now();
  if (error === undefined) {
    memory.change((before) => ({ ...before, succeeded: { ...before.succeeded, [task]: now.toISOString() } }));
  }
  if (task === 'verify') learnVerified(schedule, began.toISOString(), error);
  const hold = holdAfter(error, now);
  if (hold !== undefined) holdUp(schedule, hold);
}

function learnVerified(schedule: Schedule, began: string, error: unknown): void {
  const { memory, clock, config } = schedule;
  const found = error instanceof DrydockError && unsound.includes(error.code) ? error.what : undefined;
  if (error !== undefined && found === undefined) return;
  const verified = { began, at: clock.now().toISOString(), finding: found ?? null };
  memory.change((before) => ({ ...before, verified }));
  const { held } = memory.recall();
  if (found !== undefined || held === null) return;
  const interrupted = isThere(layoutFor(config()).runJournal);
  if (!isLiftedByVerify(held, began, interrupted)) return;
  lift(schedule, 'a verification that found the database sound');
}
