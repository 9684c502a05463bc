import type { Statistic, StatisticRule } from '../config/statistic.ts';
import { unreachable } from '../errors.ts';
import type { Direction } from '../revisions/revision.ts';
import type { CheckResult, StatisticValue } from './measurement.ts';

type Value = string | number;
type Read = Pick<StatisticValue, 'exact'> & { readonly value: Value };
type Verdict = Pick<CheckResult, 'ok' | 'message'>;

/** One result per statistic, in the order of measurement. */
export function judgeStatistics(
  before: readonly StatisticValue[],
  after: readonly StatisticValue[],
  rules: readonly Pick<Statistic, 'name' | 'rule'>[],
  direction: Direction,
): CheckResult[] {
  return after.map((now) => {
    const old = before.find(({ name }) => name === now.name);
    const rule = rules.find(({ name }) => name === now.name)?.rule;
    const verdict = judgeStatistic(old, now, rule, direction);
    return { check: 'statistic', subject: now.name, before: old?.value ?? null, after: now.value, ...verdict };
  });
}

function judgeStatistic(
  old: StatisticValue | undefined,
  now: StatisticValue,
  rule: StatisticRule | undefined,
  direction: Direction,
): Verdict {
  const { name } = now;
  if (!isRead(now)) return judgeWithoutValue(old?.value ?? null, now, rule, direction);
  if (old === undefined || !isRead(old))
    return { ok: true, message: `${name} is ${now.value}, and had no value before` };
  if (rule === undefined) return { ok: true, message: `${name} ${changeText(old, now)}` };
  return judgeRule(name, old, now, rule);
}

function isRead(statistic: StatisticValue): statistic is StatisticValue & Read {
  return statistic.value !== null;
}

/** A downgrade may remove what a statistic measures; if it still exists but no longer gives a value, that is a loss. */
function judgeWithoutValue(
  before: Value | null,
  { name, absent }: StatisticValue,
  rule: StatisticRule | undefined,
  direction: Direction,
): Verdict {
  const why = absent === undefined ? '' : `: ${absent}`;
  if (before === null) return { ok: true, message: `${name} has no value, as before${why}` };

  const lost = `${name} was ${before} and no longer has a value${why}`;
  if (direction === 'down' && absent !== undefined) {
    return { ok: true, message: `${lost}; the downgrade removes what it measured` };
  }
  if (rule === undefined) return { ok: true, message: lost };
  return { ok: false, message: `${lost}, so its rule ${ruleText(rule)} is broken` };
}

function judgeRule(name: string, before: Read, after: Read, rule: StatisticRule): Verdict {
  const change = `${name} ${changeText(before, after)}`;
  const verdict = compare(before, after, rule);
  if (verdict === 'holds') return { ok: true, message: change };
  const why = verdict === 'broken' ? 'which breaks' : 'which cannot be compared under';
  return { ok: false, message: `${change}, ${why} its rule ${ruleText(rule)}` };
}

function compare(before: Read, after: Read, rule: StatisticRule): 'holds' | 'broken' | 'not comparable' {
  switch (rule.kind) {
    case 'same':
      return isSame(before, after) ? 'holds' : 'broken';
    case 'not-less':
      return notLess(before.value, after.value);
    case 'within':
      return within(before.value, after.value, rule.percent);
    default:
      return unreachable(rule);
  }
}

function notLess(before: Value, after: Value): 'holds' | 'broken' | 'not comparable' {
  if (isInteger(before) && isInteger(after)) return BigInt(after) >= BigInt(before) ? 'holds' : 'broken';
  if (typeof before !== typeof after) return 'not comparable';
  return after >= before ? 'holds' : 'broken';
}

function within(before: Value, after: Value, percent: number): 'holds' | 'broken' | 'not comparable' {
  const [old, now] = [numberOf(before), numberOf(after)];
  if (old === undefined || now === undefined) return 'not comparable';
  // The tolerance is only for rounding: 0.3 to 0.303 is 1 %, though not in binary.
  const allowed = (percent / 100) * Math.abs(old) + 1e-12 * Math.abs(old);
  return Math.abs(now - old) <= allowed ? 'holds' : 'broken';
}

function numberOf(value: Value): number | undefined {
  return typeof value === 'number' || isInteger(value) ? Number(value) : undefined;
}

/** True also for a string of digits: a measurement holds integers beyond 2^53 in that form. */
function isInteger(value: Value): boolean {
  return typeof value === 'number' ? Number.isSafeInteger(value) : /^-?\d+$/.test(value);
}

/** Numbers as SQLite compares them, so that 1 is 1.0; text byte by byte. No text is a number. */
function isSame(before: Read, after: Read): boolean {
  return before.value === after.value && before.exact === after.exact;
}

function changeText(before: Read, after: Read): string {
  if (isSame(before, after)) return `is ${after.value}, as before`;
  if (String(before.value) !== String(after.value)) return `went from ${before.value} to ${after.value}`;
  const [old, now] = [kindOf(before), kindOf(after)];
  return old === now
    ? `is ${after.value}, in other bytes than before`
    : `went from the ${old} ${before.value} to the ${now} ${after.value}`;
}

function kindOf({ value, exact }: Read): 'number' | 'text' {
  return typeof value === 'number' || exact === 'number' ? 'number' : 'text';
}

function ruleText(rule: StatisticRule): string {
  return rule.kind === 'within' ? `\`within ${rule.percent} %\`` : `\`${rule.kind}\``;
}
