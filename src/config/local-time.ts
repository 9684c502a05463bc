/** Converts between instants and the local time of a time zone. */

/** A time of day on a day of the calendar, without a zone. */
export interface LocalTime {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const dayMs = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

export function localTimeAt(instant: number, timeZone: string): LocalTime {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
  formats.set(timeZone, format);
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? Number.NaN;
  return { year: of('year'), month: of('month'), day: of('day'), hour: of('hour'), minute: of('minute') };
}

/**
 * The first instant with a given local time. If the hour is repeated because daylight saving ends, that is in its first
 * pass. If the hour is skipped because daylight saving begins, it is the moment of the change.
 */
export function instantOf(local: LocalTime, timeZone: string): number {
  const asUtc = asIfUtc(local);
  const offsetAt = (instant: number) => asIfUtc(localTimeAt(instant, timeZone)) - Math.floor(instant / 60_000) * 60_000;
  // No zone changes twice within two days.
  const [before, after] = [offsetAt(asUtc - dayMs), offsetAt(asUtc + dayMs)];
  const shown = [before, after]
    .map((offset) => asUtc - offset)
    .filter((instant) => asUtc - instant === offsetAt(instant));
  if (shown.length > 0) return Math.min(...shown);
  return momentOfChange(asUtc - dayMs, asUtc + dayMs, offsetAt);
}

function asIfUtc({ year, month, day, hour, minute }: LocalTime): number {
  return Date.UTC(year, month - 1, day, hour, minute);
}

/** The first minute with the new offset. */
function momentOfChange(from: number, to: number, offsetAt: (instant: number) => number): number {
  const before = offsetAt(from);
  let [last, first] = [from / 60_000, to / 60_000];
  while (first - last > 1) {
    const middle = Math.floor((last + first) / 2);
    if (offsetAt(middle * 60_000) === before) last = middle;
    else first = middle;
  }
  return first * 60_000;
}
