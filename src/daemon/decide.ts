/** Decides what to do about a window now. Pure. */
import type { WindowSettings } from '../config/config.ts';
import type { Openings } from '../config/occurrences.ts';
import type { WindowMemory } from './daemon-state.ts';

export interface Opening {
  /** By the cron expression, without jitter. */
  readonly at: Date;
  /** No task starts after this. */
  readonly closes: Date;
  /** True if the opening was missed and is made up for. */
  readonly late: boolean;
}

export type Decision =
  | { readonly kind: 'wait' }
  | { readonly kind: 'open'; readonly opening: Opening }
  /** It passed while no daemon ran or another window was busy, and is not made up for. */
  | { readonly kind: 'missed'; readonly at: Date };

/** If the last opening is further in the future than this, the clock was wrong then and has been corrected. */
const setBackMs = 24 * 60 * 60 * 1000;

/**
 * The instant after which to look for openings. One that is dealt with is not used again, whatever the clock is set to; a
 * window that is new, or has another cron, begins with its next opening.
 */
export function dealtWithUntil(window: WindowSettings, memory: WindowMemory | undefined, now: Date): Date {
  if (memory === undefined || memory.cron !== window.cron || memory.timeZone !== window.timeZone) return now;
  const until = new Date(memory.dealtWithUntil);
  return until.getTime() - now.getTime() > setBackMs ? now : until;
}

/** @param since See {@link dealtWithUntil}. If several openings have passed since then, the last one counts. */
export function decide(window: WindowSettings, openings: Openings, since: Date, now: Date): Decision {
  const at = openings.lastBetween(since, now);
  if (at === undefined) return { kind: 'wait' };
  const closes = new Date(at.getTime() + window.durationMs);
  if (now < closes) return { kind: 'open', opening: { at, closes, late: false } };
  if (window.missed === 'skip') return { kind: 'missed', at };
  return { kind: 'open', opening: { at, closes: new Date(now.getTime() + window.durationMs), late: true } };
}
