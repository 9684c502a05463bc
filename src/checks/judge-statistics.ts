import type { Statistic, StatisticRule } from '../config/statistic.ts';
import { unreachable } from '../errors.ts';
import type { Direction } from '../revisions/revision.ts';
import type { CheckResult, StatisticValue } from './measurement.ts';

type Value = string | number;
type Verdict = Pick<CheckResult, 'ok' | 'message'>;

/** One result per statistic, in the order of measurement. */
export function judgeStatistics(
  before: readonly StatisticValue[],
  after: readonly StatisticValue[],
  rules: readonly Pick<Statistic, 'name' | 'rule'>[],
  direction: Direction,
): CheckResult[] {
  return after.map((now) => {
    const old = before.find(({ name }) => name === now.name)?.value ?? null;
    const rule = rules.find(({ name }) => name === now.name)?.rule;
    const verdict = judgeStatistic(old, now, rule, direction);
    return { check: 'statistic', subject: now.name, before: old, after: now.value, ...verdict };
  });
}

function judgeStatistic(
  before: Value | null,
  now: StatisticValue,
  rule: StatisticRule | undefined,
  direction: Direction,
): Verdict {
  const { name, value: after } = now;
  if (after === null) return judgeWithoutValue(before, now, rule, direction);
  if (before === null) return { ok: true, message: `${name} is ${after}, and had no value before` };
  if (rule === undefined) return { ok: true, message: `${name} ${changeText(before, after)}` };
  return judgeRule(name, before, after, rule);
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

function judgeRule(name: string, before: Value, after: Value, rule: StatisticRule): Verdict {
  const change = `${name} ${changeText(before, after)}`;
  const verdict = compare(before, after, rule);
  if (verdict === 'holds') return { ok: true, message: change };
  const why = verdict === 'broken' ? 'which breaks' : 'which cannot be compared under';
  return { ok: false, message: `${change}, ${why} its rule ${ruleText(rule)}` };
}

function compare(before: Value, after: Value, rule: StatisticRule): 'holds' | 'broken' | 'not comparable' {
  switch (rule.kind) {
    case 'same':
      return after === before ? 'holds' : 'broken';
    case 'not-less':
      return notLess(before, after);
    case 'within':
      return within(before, after, rule.percent);
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

function changeText(before: Value, after: Value): string {
  return before === after ? `is ${after}, as before` : `went from ${before} to ${after}`;
}

function ruleText(rule: StatisticRule): string {
  return rule.kind === 'within' ? `\`within ${rule.percent} %\`` : `\`${rule.kind}\``;
}
