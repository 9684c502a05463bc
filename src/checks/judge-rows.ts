import { invariant } from '../errors.ts';
import { describeNumber, plural } from '../format.ts';
import type { RowExpectation } from '../revisions/revision.ts';
import type { CheckResult, Measurement, RowsLeft } from './measurement.ts';
import { keyOf } from './written.ts';

/** What all revisions of a run together announce about one table. */
interface Announced {
  /** As a revision spells it. */
  readonly table: string;
  /** The sum of the announced numbers; undefined if there are none. */
  readonly change: number | undefined;
  readonly fewer: boolean;
  readonly dropped: boolean;
}

type Rows = Measurement['rows'];
type Verdict = Pick<CheckResult, 'ok' | 'message'>;

/** One revision of a run. */
export interface JudgedStep {
  readonly id: string;
  /** What it announces, in the direction of the run. */
  readonly expectations: readonly RowExpectation[];
}

/**
 * One result per table, by name: the tables of either side, and those that only an announcement names. Each revision is
 * judged by its own announcements alone, as in a run of its own.
 *
 * @param steps In the order in which they ran.
 * @param between What each step but the last left in the tables that it wrote.
 */
export function judgeRows(
  before: Rows,
  after: Rows,
  steps: readonly JudgedStep[],
  between: readonly RowsLeft[],
): CheckResult[] {
  invariant(between.length === Math.max(0, steps.length - 1), 'the rows after a revision are missing');
  const [old, now] = [byKey(before), byKey(after)];
  const tell = (step: JudgedStep | undefined, message: string) =>
    steps.length > 1 ? `revision ${step?.id}: ${message}` : message;
  const failed = new Map<string, string>();
  let state: Counted = old;
  for (const [index, rows] of between.entries()) {
    const step = steps[index];
    const left = byKey(rows);
    const next = new Map([...state, ...left]);
    for (const { key, ok, message } of judgeStep(state, next, left.keys(), step?.expectations ?? [])) {
      if (!ok && !failed.has(key)) failed.set(key, tell(step, message));
    }
    state = next;
  }
  const last = steps.at(-1);
  const results = judgeStep(state, now, [...state.keys(), ...now.keys()], last?.expectations ?? []);
  const announced = addUp(steps.flatMap(({ expectations }) => expectations));
  return results.flatMap(({ key, subject, ok, message }) => {
    const [rowsBefore, rowsAfter] = [old.get(key)?.rows ?? null, now.get(key)?.rows ?? null];
    const wrong = failed.get(key) ?? (ok ? undefined : tell(last, message));
    // A revision created it, and a later one dropped it.
    if (wrong === undefined && rowsBefore === null && rowsAfter === null && !announced.has(key)) return [];
    const right = steps.length > 1 ? judgeTable(subject, rowsBefore, rowsAfter, announced.get(key)).message : message;
    const numbers = { before: rowsBefore, after: rowsAfter };
    return [{ check: 'rows', subject, ok: wrong === undefined, ...numbers, message: wrong ?? right }];
  });
}

/** By key; null for a table that is gone. */
type Counted = ReadonlyMap<string, { readonly table: string; readonly rows: number | null }>;

/** Judges the tables with these keys, and those that an announcement names with a number. */
function judgeStep(before: Counted, after: Counted, keys: Iterable<string>, expectations: readonly RowExpectation[]) {
  const announced = addUp(expectations);
  const named = [...announced.values()].filter(({ change = 0 }) => change !== 0).map(({ table }) => keyOf(table));
  return [...new Set([...keys, ...named])].sort().map((key) => {
    const subject = after.get(key)?.table ?? before.get(key)?.table ?? announced.get(key)?.table ?? key;
    const [rowsBefore, rowsAfter] = [before.get(key)?.rows ?? null, after.get(key)?.rows ?? null];
    return { key, subject, ...judgeTable(subject, rowsBefore, rowsAfter, announced.get(key)) };
  });
}

function judgeTable(table: string, before: number | null, after: number | null, announced?: Announced): Verdict {
  if (announced?.change !== undefined && !announced.fewer && !announced.dropped) {
    return judgeAnnouncedChange(table, before, after, announced.change);
  }
  if (before === null) return { ok: true, message: `${table} is new, with ${plural(after ?? 0, 'row')}` };
  if (after === null) return judgeGone(table, before, announced);
  const change = after - before;
  if (change >= 0) return { ok: true, message: `${table} ${changeText(before, after)}` };
  if (announced?.fewer || announced?.dropped) {
    return { ok: true, message: `${table} ${changeText(before, after)}, as a revision announced` };
  }
  const advice = `add \`-- expect: rows ${table} ${change}\` to the revision`;
  const message = `${table} ${changeText(before, after)}, which is not announced; if that is intended, ${advice}`;
  return { ok: false, message };
}

/** An announced number is a promise: the table exists and changed by exactly that many rows. */
function judgeAnnouncedChange(table: string, before: number | null, after: number | null, change: number): Verdict {
  const announced = `the revision announces ${signed(change)}`;
  if (after === null) {
    if (before === null) return { ok: change === 0, message: `there is no table ${table}, but ${announced} for it` };
    return {
      ok: before === 0 && change === 0,
      message: `${table} is gone (${plural(before, 'row')} before), but ${announced}`,
    };
  }
  const text = before === null ? `is new, with ${plural(after, 'row')}` : changeText(before, after);
  const ok = after - (before ?? 0) === change;
  return { ok, message: ok ? `${table} ${text}, as announced` : `${table} ${text}, but ${announced}` };
}

function judgeGone(table: string, before: number, announced: Announced | undefined): Verdict {
  const gone = `${table} is gone (${plural(before, 'row')} before)`;
  if (announced?.dropped) return { ok: true, message: `${gone}, as a revision announced` };
  if (before === 0) return { ok: true, message: gone };
  const advice = `add \`-- expect: rows ${table} dropped\` to the revision`;
  return { ok: false, message: `${gone}, which is not announced; if that is intended, ${advice}` };
}

function addUp(expectations: readonly RowExpectation[]): Map<string, Announced> {
  const sums = new Map<string, Announced>();
  for (const { table, rows } of expectations) {
    const sum = sums.get(keyOf(table)) ?? { table, change: undefined, fewer: false, dropped: false };
    sums.set(keyOf(table), {
      table: sum.table,
      change: typeof rows === 'number' ? (sum.change ?? 0) + rows : sum.change,
      fewer: sum.fewer || rows === 'fewer',
      dropped: sum.dropped || rows === 'dropped',
    });
  }
  return sums;
}

function byKey(rows: RowsLeft): Counted {
  return new Map(Object.entries(rows).map(([table, count]) => [keyOf(table), { table, rows: count }]));
}

/** `lost 10 rows (609 before, 599 after)`. */
function changeText(before: number, after: number): string {
  if (after === before) return `has ${plural(after, 'row')}, as before`;
  const numbers = `(${describeNumber(before)} before, ${describeNumber(after)} after)`;
  return `${after < before ? 'lost' : 'gained'} ${plural(Math.abs(after - before), 'row')} ${numbers}`;
}

function signed(change: number): string {
  return change > 0 ? `+${change}` : String(change);
}
