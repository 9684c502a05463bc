/**
 * When a window opens. node-cron parses the expression and matches the days; the time of day is ours, since node-cron
 * leaves out a night in which the hour is skipped. See docs/decisions/0007-openings-of-windows.md.
 */
import { createTask, parse } from 'node-cron';
import { instantOf, type LocalTime, localTimeAt } from './local-time.ts';

/** February 29 on a given weekday comes every 28 years, or after 40 if a century without a leap year is in between. */
const searchDays = 41 * 366;

const reckonedDays = 30;

export interface Openings {
  /** The first one after an instant; undefined if there is none within `searchDays`. */
  after(instant: Date): Date | undefined;
  /** The last one after `from` and not after `to`. */
  lastBetween(from: Date, to: Date): Date | undefined;
}

/** @param cron One that the config accepted. */
export function openingsOf(cron: string, timeZone: string): Openings {
  const { minute: minutes, hour: hours, dayOfMonth, month, dayOfWeek } = parse(cron);
  // A task that is never started only matches its expression.
  const days = createTask(`0 0 ${dayOfMonth.join()} ${month.join()} ${dayOfWeek.join()}`, () => undefined, {
    timezone: 'UTC',
  });
  days.destroy();
  // The same few days are looked up again and again.
  const reckoned = new Map<number, readonly number[]>();
  const ofDay = (day: LocalTime): readonly number[] => {
    const key = Date.UTC(day.year, day.month - 1, day.day);
    const instants = reckoned.get(key) ?? reckon(day);
    if (reckoned.size > reckonedDays) reckoned.clear();
    reckoned.set(key, instants);
    return instants;
  };
  const reckon = ({ year, month: ofYear, day }: LocalTime): readonly number[] => {
    if (!days.match(new Date(Date.UTC(year, ofYear - 1, day)))) return [];
    const instants = hours.flatMap((hour) =>
      minutes.map((minute) => instantOf({ year, month: ofYear, day, hour, minute }, timeZone)),
    );
    return instants.sort((one, other) => one - other);
  };
  const search = (instant: Date): Date | undefined => {
    // Start a day early: if the last hour of a day is skipped, its opening is on the next day.
    let day = dayBefore(localTimeAt(instant.getTime(), timeZone));
    for (let searched = 0; searched < searchDays; searched += 1) {
      const found = ofDay(day).find((each) => each > instant.getTime());
      if (found !== undefined) return new Date(found);
      day = dayAfter(day);
    }
    return undefined;
  };
  // Looked up every few seconds, while a rare opening may be years away.
  let known: { readonly from: Date; readonly next: Date | undefined } | undefined;
  return {
    after(instant) {
      const stillNext =
        known !== undefined && known.from <= instant && (known.next === undefined || instant < known.next);
      if (known === undefined || !stillNext) known = { from: instant, next: search(instant) };
      return known.next;
    },
    lastBetween(from, to) {
      let day = localTimeAt(to.getTime(), timeZone);
      const first = dayBefore(localTimeAt(from.getTime(), timeZone));
      for (let searched = 0; searched < searchDays && !isBefore(day, first); searched += 1) {
        const found = ofDay(day).findLast((each) => each > from.getTime() && each <= to.getTime());
        if (found !== undefined) return new Date(found);
        day = dayBefore(day);
      }
      return undefined;
    },
  };
}

function dayBefore(day: LocalTime): LocalTime {
  return shifted(day, -1);
}

function dayAfter(day: LocalTime): LocalTime {
  return shifted(day, 1);
}

function shifted({ year, month, day }: LocalTime, days: number): LocalTime {
  const moved = new Date(Date.UTC(year, month - 1, day + days));
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate(), hour: 0, minute: 0 };
}

function isBefore(one: LocalTime, other: LocalTime): boolean {
  return Date.UTC(one.year, one.month - 1, one.day) < Date.UTC(other.year, other.month - 1, other.day);
}
