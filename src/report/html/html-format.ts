/** Times and quantities as a page shows them. */
import { type Html, html } from './escape.ts';

/** @param milliseconds Not negative. @returns `340 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  const units = [
    { name: 'd', ms: 86_400_000 },
    { name: 'h', ms: 3_600_000 },
    { name: 'min', ms: 60_000 },
    { name: 's', ms: 1_000 },
  ];
  const from = units.findIndex(({ ms }) => milliseconds >= ms);
  const [larger, smaller] = units.slice(from);
  if (larger === undefined || smaller === undefined) return `${Math.round(milliseconds / 1_000)} s`;
  const whole = Math.floor(milliseconds / larger.ms);
  const rest = Math.floor((milliseconds % larger.ms) / smaller.ms);
  return rest === 0 ? `${whole} ${larger.name}` : `${whole} ${larger.name} ${rest} ${smaller.name}`;
}

/** @param now What `instant` is seen from. @returns `in 3 h 20 min`, `2 d ago`, `now`. */
export function relativeText(instant: Date, now: Date): string {
  const away = instant.getTime() - now.getTime();
  if (Math.abs(away) < 1_000) return 'now';
  return away > 0 ? `in ${durationText(away)}` : `${durationText(-away)} ago`;
}

/** An instant as a person reads it, in UTC or in a zone that is named after it, with the exact one for programs. */
export function time(instant: Date, timeZone = 'UTC'): Html {
  return html`<time datetime="${instant.toISOString()}">${timeText(instant, timeZone)}</time>`;
}

/** `2026-11-24 02:30:00 Europe/Berlin` */
export function timeText(instant: Date, timeZone = 'UTC'): string {
  // Sweden writes dates as ISO 8601 does.
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(instant);
  return `${local} ${timeZone}`;
}
