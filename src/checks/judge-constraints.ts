import { describeNumber, plural } from '../format.ts';
import type { FormerNames } from './former-names.ts';
import type { BrokenConstraint, CheckResult } from './measurement.ts';

/** Accepts rows that already violated a constraint before, even if their table was renamed; a run must not add any. */
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
      message: `${constraint}: ${countedBroken(constraint, now)} (${describeNumber(old)} before)`,
    };
  });
}

/** The number of violations of a constraint: SQLite reports them per row, or per full-text index. */
export function countedBroken(constraint: string, count: number): string {
  return plural(count, constraint.startsWith('malformed inverted index ') ? 'finding' : 'row');
}

/**
 * The finding under each former name of its table. Findings name a table and perhaps a column: `NULL value in people.name`,
 * `CHECK constraint failed in people`, `malformed inverted index for FTS4 table main.notes`.
 */
function formerWords(constraint: string, formerly: FormerNames): string[] {
  const {
    what = '',
    table = '',
    column = '',
  } = /^(?<what>.*?(?: in | table main\.))(?<table>[^.]*)(?<column>.*)$/.exec(constraint)?.groups ?? {};
  return formerly(table).map((name) => `${what}${name}${column}`);
}
