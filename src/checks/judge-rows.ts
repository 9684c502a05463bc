import { describeNumber, plural } from '../format.ts';
import type { RowExpectation } from '../revisions/revision.ts';
import type { CheckResult, Measurement } from './measurement.ts';

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

/** One result per table, by name: the tables of either side, and those that only an announcement names. */
export function judgeRows(before: Rows, after: Rows, expectations: readonly RowExpectation[]): CheckResult[] {
  const [old, now] = [byKey(before), byKey(after)];
  const announced = addUp(expectations);
  const named = [...announced.values()].filter(({ change = 0 }) => change !== 0).map(({ table }) => keyOf(table));
  return [...new Set([...old.keys(), ...now.keys(), ...named])].sort().map((key) => {
    const subject = now.get(key)?.table ?? old.get(key)?.table ?? announced.get(key)?.table ?? key;
    const [rowsBefore, rowsAfter] = [old.get(key)?.rows ?? null, now.get(key)?.rows ?? null];
    const verdict = judgeTable(subject, rowsBefore, rowsAfter, announced.get(key));
    return { check: 'rows', subject, before: rowsBefore, after: rowsAfter, ...verdict };
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
  const message = `${table} ${changeText(before, after)} and no revision announced it; if that is intended, ${advice}`;
  return { ok: false, message };
}

/** An announced number is a promise: the table exists and changed by exactly that many rows. */
function judgeAnnouncedChange(table: string, before: number | null, after: number | null, change: number): Verdict {
  const announced = `the run's revisions announce ${signed(change)}`;
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
  return { ok: false, message: `${gone} and no revision announced it; if that is intended, ${advice}` };
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

function byKey(rows: Rows): Map<string, { table: string; rows: number }> {
  return new Map(Object.entries(rows).map(([table, count]) => [keyOf(table), { table, rows: count }]));
}

/** SQLite ignores the case of ASCII letters in names, and only of those. */
function keyOf(table: string): string {
  return table.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
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
