import type { FormerNames } from './former-names.ts';
import type { BrokenConstraint, CheckResult } from './measurement.ts';
import { counted } from './words.ts';

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
      message: `${constraint}: ${counted(now, 'row')} (${old} before)`,
    };
  });
}

/** `NULL value in people.name`, `CHECK constraint failed in people`: a table's name, and behind it perhaps a column's. */
function formerWords(constraint: string, formerly: FormerNames): string[] {
  const {
    what = '',
    table = '',
    column = '',
  } = /^(?<what>.*? in )(?<table>[^.]*)(?<column>.*)$/.exec(constraint)?.groups ?? {};
  return formerly(table).map((name) => `${what}${name}${column}`);
}
