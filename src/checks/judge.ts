import type { Statistic } from '../config/statistic.ts';
import { describeNumber } from '../format.ts';
import type { Direction } from '../revisions/revision.ts';
import { foldName } from '../schema/names.ts';
import type { BrokenObject } from './broken-objects.ts';
import { formerNames } from './former-names.ts';
import { judgeConstraints } from './judge-constraints.ts';
import { judgeForeignKeys } from './judge-foreign-keys.ts';
import { judgeObjects } from './judge-objects.ts';
import { judgeReferences } from './judge-references.ts';
import { type JudgedStep, judgeRows } from './judge-rows.ts';
import { judgeStatistics } from './judge-statistics.ts';
import type { CheckResult, Measurement, ReferenceValues, StepLeft } from './measurement.ts';
import type { Written } from './written.ts';

export interface Judgement {
  readonly before: Measurement;
  readonly after: Measurement;
  /** The revisions of the run, in order. */
  readonly steps: readonly JudgedStep[];
  /** What each of them left. */
  readonly left: readonly StepLeft[];
  readonly references: readonly ReferenceValues[];
  readonly broken: readonly BrokenObject[];
  readonly written: Written;
  /** The tables whose pages have changed; null if nothing shows it. */
  readonly changed: readonly string[] | null;
  readonly direction: Direction;
  /** A statistic without a rule here is only shown. */
  readonly rules: readonly Pick<Statistic, 'name' | 'rule'>[];
}

/** Compares what was measured before and after a run. The run is sound if every result is `ok`. */
export function judge(judgement: Judgement): CheckResult[] {
  const { before, after, steps, left, references, broken, written, changed, direction, rules } = judgement;
  const integrity = judgeIntegrity(before.integrity, after.integrity);
  // If the file is damaged, nothing else was measured.
  if (!integrity.ok) return [integrity];
  const formerly = formerNames(before.rows, after.rows);
  return [
    integrity,
    ...judgeChanged(written, changed),
    ...judgeConstraints(before.brokenConstraints, after.brokenConstraints, formerly),
    ...judgeForeignKeys(before.foreignKeys, after.foreignKeys, formerly),
    ...judgeObjects(broken, steps),
    ...judgeReferences(references, before.rows, after.rows, steps),
    ...judgeRows(before.rows, after.rows, steps, left).map(untouchedBy(written, changed)),
    ...judgeStatistics(before.statistics, after.statistics, rules, direction),
  ];
}

/** A table whose pages have changed, although no statement of the run could have written it, is damaged. */
function judgeChanged(written: Written, changed: readonly string[] | null): CheckResult[] {
  if (written.kind === 'every table' || changed === null) return [];
  const keys = new Set(written.tables.map(foldName));
  return changed
    .filter((table) => !keys.has(foldName(table)))
    .map((table) => ({
      check: 'integrity',
      subject: table,
      ok: false,
      before: null,
      after: null,
      message: `pages of ${table} have changed, and no statement of the run could have written it`,
    }));
}

/** Marks the tables of which it is known that they were not written, or that none of their pages has changed. */
function untouchedBy(written: Written, changed: readonly string[] | null): (result: CheckResult) => CheckResult {
  if (changed === null && written.kind === 'every table') return (result) => result;
  const keys = new Set([...(changed ?? []), ...(written.kind === 'tables' ? written.tables : [])].map(foldName));
  const untouched = changed === null ? 'not written' : 'same bytes';
  return (result) =>
    keys.has(foldName(result.subject)) || result.before === null || result.after === null
      ? result
      : { ...result, untouched };
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
