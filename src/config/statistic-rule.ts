import type { StatisticRule } from '../checks/measurement.ts';
import { invariant } from '../errors.ts';

export const statisticRulePattern = /^(same|not-less|within\s+\d+(\.\d+)?\s*%)$/;

/** @param text One that `statisticRulePattern` matches. */
export function parseStatisticRule(text: string): StatisticRule {
  if (text === 'same' || text === 'not-less') return { kind: text };
  const percent = Number(/[\d.]+/.exec(text)?.[0]);
  invariant(statisticRulePattern.test(text) && Number.isFinite(percent), `'${text}' was taken for a rule`);
  return { kind: 'within', percent };
}
