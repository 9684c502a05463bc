/** What is to be done about a window now. Pure. */
import type { WindowSettings } from '../config/config.ts';
import type { Openings } from '../config/occurrences.ts';
import type { WindowMemory } from './daemon-state.ts';

export interface Opening {
  /** As the cron expression has it, jitter apart. */
  readonly at: Date;
  /** When nothing starts any more. */
  readonly closes: Date;
  /** Made up for, because nobody was there when it came. */
  readonly late: boolean;
}

export type Decision =
  | { readonly kind: 'wait' }
  | { readonly kind: 'open'; readonly opening: Opening }
  /** It passed while no daemon ran, or while another window took its time, and is not made up for. */
  | { readonly kind: 'missed'; readonly at: Date };

/** Further ahead than this the last opening cannot be: the clock was wrong then, and is right now. */
const setBackMs = 24 * 60 * 60 * 1000;

/**
 * Since when openings are to be looked for. One that is dealt with is not used again, however the clock is set; a window
 * that is new, or has another cron, begins with its next opening.
 */
export function dealtWithUntil(window: WindowSettings, memory: WindowMemory | undefined, now: Date): Date {
  if (memory === undefined || memory.cron !== window.cron || memory.timeZone !== window.timeZone) return now;
  const until = new Date(memory.dealtWithUntil);
  return until.getTime() - now.getTime() > setBackMs ? now : until;
}

/** @param since See {@link dealtWithUntil}. Of several openings that passed since then the last one counts. */
export function decide(window: WindowSettings, openings: Openings, since: Date, now: Date): Decision {
  const at = openings.lastBetween(since, now);
  if (at === undefined) return { kind: 'wait' };
  const closes = new Date(at.getTime() + window.durationMs);
  if (now < closes) return { kind: 'open', opening: { at, closes, late: false } };
  if (window.missed === 'skip') return { kind: 'missed', at };
  return { kind: 'open', opening: { at, closes: new Date(now.getTime() + window.durationMs), late: true } };
}
