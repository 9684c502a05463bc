import type { BrokenConstraint, CheckResult } from './measurement.ts';
import { counted } from './words.ts';

/** Rows that broke a constraint of their table before are let be; a run must not add any. */
export function judgeConstraints(
  before: readonly BrokenConstraint[],
  after: readonly BrokenConstraint[],
): CheckResult[] {
  const rowsIn = (broken: readonly BrokenConstraint[], constraint: string) =>
    broken.find((one) => one.constraint === constraint)?.rows ?? 0;
  return [...new Set([...before, ...after].map(({ constraint }) => constraint))].map((constraint) => {
    const [old, now] = [rowsIn(before, constraint), rowsIn(after, constraint)];
    return {
      check: 'constraints',
      subject: constraint,
      ok: now <= old,
      before: old,
      after: now,
      message: `${constraint}: ${counted(now, 'row')} (${old} before)`,
    };
  });
}
