import { invariant } from '../errors.ts';

/** A configured query whose value is compared before and after a run. */
export interface Statistic {
  readonly name: string;
  /** One statement that only reads. The first column of its first row is the value. */
  readonly sql: string;
  readonly rule?: StatisticRule;
}

export type StatisticRule =
  | { readonly kind: 'same' }
  | { readonly kind: 'not-less' }
  | { readonly kind: 'within'; readonly percent: number };

export const statisticRulePattern = /^(same|not-less|within\s+\d+(\.\d+)?\s*%)$/;

/** @param text Must match `statisticRulePattern`. */
export function parseStatisticRule(text: string): StatisticRule {
  if (text === 'same' || text === 'not-less') return { kind: text };
  const percent = Number(/[\d.]+/.exec(text)?.[0]);
  invariant(statisticRulePattern.test(text) && Number.isFinite(percent), `'${text}' was taken for a rule`);
  return { kind: 'within', percent };
}
