/** Quantities, times and lists for people. */

/** `1,234`; fractions are rounded to six digits. */
export function describeNumber(value: number): string {
  // `toLocaleString` takes 0.1 ms, and there may be hundreds of tables.
  return Number.isSafeInteger(value)
    ? String(value).replace(/\B(?=(?:\d{3})+$)/g, ',')
    : value.toLocaleString('en', { maximumFractionDigits: 6 });
}

/** `1 row`, `1,234 rows`. @param several Needed if it is not `one` with an s: `plural(2, 'row is', 'rows are')`. */
export function plural(count: number, one: string, several = `${one}s`): string {
  return `${describeNumber(count)} ${count === 1 ? one : several}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function describeList(items: readonly string[], word: 'and' | 'or' = 'and'): string {
  const before = items.slice(0, -1).join(', ');
  return before === '' ? items.join('') : `${before} ${word} ${items.at(-1)}`;
}

/** The first `most` items: `a, b and 3 more`. */
export function describeFirst(items: readonly string[], most: number): string {
  const named = items.slice(0, most).join(', ');
  return items.length <= most ? named : `${named} and ${describeNumber(items.length - most)} more`;
}

/** `1.5 MB`; a KB is 1,024 bytes. */
export function describeBytes(count: number): string {
  const units = ['KB', 'MB', 'GB', 'TB', 'PB'];
  let [value, unit] = [count, 'B'];
  for (const larger of units) {
    if (value < 1024) break;
    [value, unit] = [value / 1024, larger];
  }
  return `${Number(value.toFixed(1))} ${unit}`;
}

export function describeRevisions(ids: readonly string[]): string {
  return ids.length === 0 ? 'base' : ids.join(', ');
}

/** @param milliseconds Not negative. @returns `340 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function describeDuration(milliseconds: number): string {
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

/** @returns `in 3 h 20 min`, `2 d ago`, `now`. */
export function describeAway(instant: Date, now: Date): string {
  const away = instant.getTime() - now.getTime();
  if (Math.abs(away) < 1_000) return 'now';
  return away > 0 ? `in ${describeDuration(away)}` : `${describeDuration(-away)} ago`;
}

/** `2026-11-24 02:30:00 Europe/Berlin` */
export function describeTime(instant: Date, timeZone = 'UTC'): string {
  // The Swedish format is that of ISO 8601.
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(instant);
  return `${local} ${timeZone}`;
}

/** With a full stop, unless it has an end already. */
export function asSentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
