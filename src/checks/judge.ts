import type { Statistic } from '../config/statistic.ts';
import { describeNumber } from '../format.ts';
import type { Direction } from '../revisions/revision.ts';
import { formerNames } from './former-names.ts';
import { judgeConstraints } from './judge-constraints.ts';
import { judgeForeignKeys } from './judge-foreign-keys.ts';
import { type JudgedStep, judgeRows } from './judge-rows.ts';
import { judgeStatistics } from './judge-statistics.ts';
import type { CheckResult, Measurement, RowsLeft } from './measurement.ts';

export interface Judgement {
  readonly before: Measurement;
  readonly after: Measurement;
  /** The revisions of the run, in order. */
  readonly steps: readonly JudgedStep[];
  /** What each of them but the last left in the tables that it wrote. */
  readonly rowsBetween: readonly RowsLeft[];
  readonly direction: Direction;
  /** A statistic without a rule here is only shown. */
  readonly rules: readonly Pick<Statistic, 'name' | 'rule'>[];
}

/** Compares what was measured before and after a run. The run is sound if every result is `ok`. */
export function judge({ before, after, steps, rowsBetween, direction, rules }: Judgement): CheckResult[] {
  const integrity = judgeIntegrity(before.integrity, after.integrity);
  // If the file is damaged, nothing else was measured.
  if (!integrity.ok) return [integrity];
  const formerly = formerNames(before.rows, after.rows);
  return [
    integrity,
    ...judgeConstraints(before.brokenConstraints, after.brokenConstraints, formerly),
    ...judgeForeignKeys(before.foreignKeys, after.foreignKeys, formerly),
    ...judgeRows(before.rows, after.rows, steps, rowsBetween),
    ...judgeStatistics(before.statistics, after.statistics, rules, direction),
  ];
}

function judgeIntegrity(before: readonly string[], after: readonly string[]): CheckResult {
  const [first] = after;
  return {
    check: 'integrity',
    subject: 'database',
    ok: first === undefined,
    before: before.length,
    after: after.length,
    message: first === undefined ? 'the file is sound' : `the file is damaged: ${first}${andMore(after.length - 1)}`,
  };
}

function andMore(count: number): string {
  return count === 0 ? '' : ` (and ${describeNumber(count)} more)`;
}
