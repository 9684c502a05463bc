import type { FormerNames } from './former-names.ts';
import type { BrokenConstraint, CheckResult } from './measurement.ts';
import { countedBroken } from './words.ts';

/** Rows that broke a constraint of their table before are let be, also where it has another name; a run must not add any. */
export function judgeConstraints(
  before: readonly BrokenConstraint[],
  after: readonly BrokenConstraint[],
  formerly: FormerNames,
): CheckResult[] {
  const rowsIn = (broken: readonly BrokenConstraint[], constraints: readonly string[]) =>
    broken.filter((one) => constraints.includes(one.constraint)).reduce((sum, { rows }) => sum + rows, 0);
  return [...new Set([...before, ...after].map(({ constraint }) => constraint))].map((constraint) => {
    const [old, now] = [rowsIn(before, formerWords(constraint, formerly)), rowsIn(after, [constraint])];
    return {
      check: 'constraints',
      subject: constraint,
      ok: now <= old,
      before: old,
      after: now,
      message: `${constraint}: ${countedBroken(constraint, now)} (${old} before)`,
    };
  });
}

/**
 * `NULL value in people.name`, `CHECK constraint failed in people`, `malformed inverted index for FTS4 table main.notes`: a
 * table's name, and behind it perhaps a column's.
 */
function formerWords(constraint: string, formerly: FormerNames): string[] {
  const {
    what = '',
    table = '',
    column = '',
  } = /^(?<what>.*?(?: in | table main\.))(?<table>[^.]*)(?<column>.*)$/.exec(constraint)?.groups ?? {};
  return formerly(table).map((name) => `${what}${name}${column}`);
}
